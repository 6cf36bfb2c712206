begin;
select plan(13);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

select utl.record_opening_balance(
    'desk', 'main', 2, 180, 'BTC/USD', occurred_at => at('09:00'), reference => 'long'
);
select is(
    told('long'), 'opening_balance 2 BTC/USD in main for 180', 'an_opening_balance_is_recorded'
);
select is(
    stand('wac'), '2 at 90 cost 180, realized 0, fees 0, net 0', 'it_opens_at_its_cost'
);
select is(flowed(), 'opening_balance 2 BTC/USD', 'the_account_holds_it');

select utl.record_opening_balance(
    'desk', 'main', 1, 70, 'BTC/USD', opened_at => '2025-01-05 00:00Z', price => 75,
    occurred_at => at('09:30'), reference => 'older'
);
call trade($$ a 10:00 sell 1 @ 100 $$);
select is(
    stand('fifo'), '2 at 90 cost 180, realized 30, fees 0, net 30',
    'the_lot_that_was_opened_first_closes_first'
);
select is(
    stand('wac'), '2 at 83.333333333333333334 cost 166.666666666666666667, '
    'realized 16.666666666666666667, fees 0, net 16.666666666666666667',
    'an_average_does_not_mind_when_it_was_opened'
);

select utl.record_opening_balance('desk', 'main', 500, asset => 'USD', reference => 'cash');
select is(
    told('cash'), 'opening_balance 500 USD in main', 'an_asset_alone_is_held_and_has_no_position'
);
select is(
    flowed(), 'fill -1 BTC/USD; opening_balance 3 BTC/USD; opening_balance 500 USD',
    'the_account_holds_the_asset'
);

select utl.add_instrument('BTC/USD:USD');
select utl.record_opening_balance(
    'desk', 'main', -3, 300, 'BTC/USD:USD', occurred_at => at('09:00'), reference => 'short'
);
select is(
    stand('wac', instrument => 'BTC/USD:USD'),
    '-3 at 100 cost -300, realized 0, fees 0, net 0', 'a_short_opens_at_what_it_brought'
);
select utl.record_opening_balance('desk', 'cold', 1, null, 'BTC/USD', reference => 'unknown cost');
select results_eq(
    $$ select m.account, m.instrument, m.quantity, m.why from utl.missing_basis as m $$,
    $$ values ('cold', 'BTC/USD', 1::numeric, 'its cost is not known') $$,
    'a_cost_that_is_not_known_is_seen'
);
select throws_ok(
    $$ select utl.record_opening_balance('desk', 'main', 0, 0, 'BTC/USD') $$,
    '22U08', 'a transaction of kind opening_balance cannot be: quantity is 0',
    'nothing_is_no_balance'
);
select throws_ok(
    $$ select utl.record_opening_balance('desk', 'main', 1, 5, asset => 'USD') $$, '22U08',
    'a transaction of kind opening_balance cannot be: '
    'of an asset alone there is neither amount nor price nor opened_at',
    'an_asset_alone_has_no_cost'
);
select throws_ok(
    $$ select utl.record_opening_balance('desk', 'main', 1, 5) $$, '22U08',
    'a transaction of kind opening_balance cannot be: it is of either an instrument or an asset',
    'it_is_of_something'
);
select throws_ok(
    $$
        select utl.record_opening_balance(
            'desk', 'main', 1, 5, 'BTC/USD', opened_at => '2026-02-01 00:00Z',
            occurred_at => '2026-01-01 00:00Z'
        )
    $$,
    '22U08',
    'a transaction of kind opening_balance cannot be: '
    'opened_at 2026-02-01 00:00:00+00 is after it happened',
    'nothing_is_opened_after_it_came'
);

select * from finish();
rollback;
