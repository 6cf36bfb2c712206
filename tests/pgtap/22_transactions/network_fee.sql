begin;
select plan(6);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

call trade($$
    a 09:00 buy 1 @ 100
    b 09:01 buy 3 @ 200
$$);
select utl.add_costing('desk', 'fifo', 'capitalizing', fees => 'capitalize');
select utl.record_network_fee(
    'desk', 'main', 0.5, instrument => 'BTC/USD', occurred_at => at('10:00'), reference => 'gas'
);
select is(told('gas'), 'network_fee -0.5 BTC/USD in main', 'a_network_fee_is_recorded_as_negative');
select is(
    stand('fifo'), '3.5 at 185.714285714285714286 cost 650, realized 0, fees 50, net -50',
    'without_a_value_the_cost_of_the_coins_is_the_fee'
);
select utl.record_network_fee(
    'desk', 'main', 0.5, 120, 'BTC/USD', occurred_at => at('10:01'), reference => 'valued'
);
select is(
    stand('fifo'), '3 at 200 cost 600, realized 70, fees 170, net -100',
    'with_a_value_the_coins_are_disposed_of_at_that_and_it_is_the_fee'
);
select utl.record_network_fee('desk', 'main', 0.01, asset => 'USD');
select is(
    flowed(), 'fill 4 BTC/USD; network_fee -1 BTC/USD; network_fee -0.01 USD',
    'the_account_has_less'
);
select throws_ok(
    $$ select utl.record_network_fee('desk', 'main', 4, instrument => 'BTC/USD') $$,
    '23U07', 'a network fee of more than is held', 'more_than_is_held_is_not_paid'
);
select throws_ok(
    $$ select utl.record_network_fee('desk', 'main', 1, -5, 'BTC/USD') $$, '22U08',
    'a transaction of kind network_fee cannot be: amount must not be negative; it is -5',
    'a_fee_is_not_worth_less_than_nothing'
);

select * from finish();
rollback;
