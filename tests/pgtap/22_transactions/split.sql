begin;
select plan(14);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
    perform utl.add_book('treasury');
    perform utl.add_instrument('AAPL', 'equity', 'AAPL', 'USD');
end
$set_up$;

call trade($$
    a 09:00 buy 1 @ 120
    b 09:01 buy 2 @ 180
    c 09:02 buy 3 @ 90 in cold
$$, instrument => 'AAPL');
call trade($$ d 09:00 buy 1 @ 100 $$, book => 'treasury', instrument => 'AAPL');
select utl.record_split('AAPL', 3, 1, 'desk', occurred_at => at('10:00'), reference => 'split');
select is(told('split'), 'split AAPL 3 for 1', 'a_split_is_recorded_for_the_book');
select is(
    lots('fifo', instrument => 'AAPL'),
    'a 3 at 40 cost 120; b 6 at 60 cost 360; c 9 at 30 cost 270',
    'every_lot_has_more_units_at_the_same_cost'
);
select is(
    stand('wac', instrument => 'AAPL'),
    '18 at 41.666666666666666667 cost 750, realized 0, fees 0, net 0', 'so_has_the_average'
);
select is(
    stand('wac', 'treasury', 'AAPL'), '1 at 100 cost 100, realized 0, fees 0, net 0',
    'another_book_is_not_split'
);
select results_eq(
    $$
        select a.account, h.quantity
        from utl_private.held_quantities(
            utl.instrument_id('AAPL'), at('10:00'), utl.book_id('desk')
        ) as h
        inner join utl.accounts as a on h.account_id = a.account_id
        order by 1
    $$,
    $$ values ('cold', 9::numeric), ('main', 9) $$,
    'the_accounts_hold_more'
);
select is(
    (
        select sum(h.quantity)
        from utl_private.held_quantities(
            utl.instrument_id('AAPL'), at('09:59'), utl.book_id('desk')
        ) as h
    ),
    6::numeric, 'but_not_before'
);
call trade($$ e 11:00 sell 3 @ 50 $$, instrument => 'AAPL');
select is(
    matched('fifo', instrument => 'AAPL'), 'e closes 3 long a: 150 - 120 = 30',
    'what_is_sold_later_is_of_the_new_units'
);
select is(
    (
        select count(*)
        from utl.record_split('AAPL', 1, 2, occurred_at => at('12:00'), reference => 'r')
    ),
    2::bigint, 'without_a_book_it_is_a_split_of_every_book_that_has_it'
);
select is(
    stand('wac', 'treasury', 'AAPL'), '0.5 at 200 cost 100, realized 0, fees 0, net 0',
    'a_reverse_split_makes_fewer'
);
select throws_ok(
    $$ select utl.record_split('AAPL', 2, 0) $$, '22U08',
    'a split cannot be: its units are not positive', 'units_are_positive'
);
select utl.add_instrument('MSFT', kind => 'equity', base => 'MSFT', quote => 'USD');
select throws_ok(
    $$ select utl.record_split('MSFT', 0, 1) $$, '22U08',
    'a split cannot be: its units are not positive', 'also_of_what_nobody_has'
);
select throws_ok(
    $$
        insert into utl.transactions (kind, book_id, instrument_id, new_units, old_units, occurred_at)
        values ('split', utl.book_id('desk'), utl.instrument_id('AAPL'), 2, 0, now())
    $$, '23514',
    'new row for relation "transactions" violates check constraint '
    '"transactions_units_are_positive"', 'a_plain_row_must_say_so_too'
);
select throws_ok(
    $$ select utl.record_split('AAPL', 2, null) $$, '22U08',
    'a transaction of kind split cannot be: old_units is missing', 'both_units_are_needed'
);
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_splits');

select * from finish();
rollback;
