begin;
select plan(8);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

select utl.add_instrument('AAPL', 'equity', 'AAPL', 'USD');
call trade($$ a 09:00 buy 2.5 @ 100 $$, instrument => 'AAPL');
select utl.record_cash_in_lieu(
    'desk', 'main', 'AAPL', -0.5, 60, occurred_at => at('10:00'), reference => 'long'
);
select is(told('long'), 'cash_in_lieu -0.5 AAPL in main for 60', 'what_a_long_loses_is_negative');
select is(
    stand('fifo', instrument => 'AAPL'), '2 at 100 cost 200, realized 10, fees 0, net 10',
    'it_is_disposed_of_at_the_cash_that_came'
);
select is(
    (
        select array_agg(f.quantity order by f.quantity) from utl_private.flows as f
        where f.kind = 'cash_in_lieu'
    ),
    array[-0.5, 0], 'the_shares_are_fewer'
);
select is(
    (
        select sum(f.received) from utl_private.flows as f
        where f.kind = 'cash_in_lieu'
    ),
    60::numeric, 'and_the_cash_is_more'
);
select throws_ok(
    $$ select utl.record_cash_in_lieu('desk', 'main', 'AAPL', 0.5, 60) $$, '23U07',
    'a cash in lieu of more than is held', 'a_long_does_not_get_more_of_it'
);
select throws_ok(
    $$ select utl.record_cash_in_lieu('desk', 'main', 'AAPL', -3, 60) $$, '23U07',
    'a cash in lieu of more than is held', 'nor_does_more_go_than_is_held'
);
select utl.record_opening_balance(
    'desk', 'cold', -1.5, 180, 'AAPL', occurred_at => at('09:00')
);
select utl.record_cash_in_lieu('desk', 'cold', 'AAPL', 0.5, 50, occurred_at => at('10:00'));
select is(
    (
        select sum(f.received) from utl_private.flows as f
        where f.kind = 'cash_in_lieu' and f.account_id = utl.account_id('cold')
    ),
    -50::numeric, 'of_a_short_the_cash_went'
);
select throws_ok(
    $$ select utl.record_cash_in_lieu('desk', 'main', 'AAPL', -0.5, null) $$, '22U08',
    'a transaction of kind cash_in_lieu cannot be: amount is missing', 'the_cash_must_be_known'
);

select * from finish();
rollback;
