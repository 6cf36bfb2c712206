begin;
select plan(12);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
    perform utl.add_costing('desk', 'fifo', 'by account', pool => 'account');
    perform utl.add_instrument('LEND/USD');
    perform utl.add_instrument('AAVE/USD');
    perform utl.add_instrument('AAVE/BTC');
end
$set_up$;

call trade($$
    a 09:00 buy 100 @ 1
    b 09:01 buy 200 @ 2
$$, instrument => 'LEND/USD');
select utl.record_conversion(
    'desk', 'main', 'LEND/USD', 200, 'AAVE/USD', 2, 30, occurred_at => at('10:00'),
    reference => 'swap'
);
select is(
    told('swap'),
    'conversion -200 LEND/USD in main for 30 to 2 AAVE/USD in main of desk',
    'a_conversion_is_recorded_with_what_was_paid_on_top'
);
select is(
    lots('fifo', instrument => 'AAVE/USD'), 'a 1 at 115 cost 115; b 1 at 215 cost 215',
    'lots_go_on_with_their_cost_and_their_share_of_what_was_paid'
);
select is(
    lots('fifo', instrument => 'LEND/USD'), 'b 100 at 2 cost 200', 'what_was_not_given_stays'
);
select is(
    (
        select array_agg(o.opened_at order by o.opened_at) from utl.open_lots as o
        where o.costing = 'fifo' and o.instrument = 'AAVE/USD'
    ),
    array[at('09:00'), at('09:01')], 'lots_keep_their_time'
);
select is(
    stand('wac', instrument => 'AAVE/USD'),
    '2 at 181.666666666666666667 cost 363.333333333333333333, realized 0, fees 0, net 0',
    'an_average_goes_on_with_its_share_of_the_cost'
);
select is(
    (
        select sum(f.received) from utl_private.flows as f
        where f.kind = 'conversion'
    ),
    -30::numeric, 'cash_was_paid'
);
select utl.record_conversion(
    'desk', 'main', 'LEND/USD', 100, 'AAVE/USD', 1, -10, 'cold', occurred_at => at('11:00')
);
select is(
    stand('by account', instrument => 'AAVE/USD'),
    'cold: 1 at 190 cost 190, realized 0, fees 0, net 0; '
    'main: 2 at 165 cost 330, realized 0, fees 0, net 0',
    'it_can_arrive_in_another_account_and_bring_cash'
);
select throws_ok(
    $$ select utl.record_conversion('desk', 'main', 'AAVE/USD', 1, 'AAVE/USD', 1) $$, '22U08',
    'a transaction of kind conversion cannot be: it cannot become what it is',
    'nothing_is_converted_to_itself'
);
select throws_ok(
    $$ select utl.record_conversion('desk', 'main', 'AAVE/USD', 1, 'AAVE/BTC', 1) $$, '22U08',
    'a transaction of kind conversion cannot be: '
    'what AAVE/USD cost is not counted as that of AAVE/BTC is',
    'cost_does_not_change_its_currency'
);
select throws_ok(
    $$ select utl.record_conversion('desk', 'main', 'AAVE/USD', 1, 'BTC/USD', 0) $$, '22U08',
    'a transaction of kind conversion cannot be: to_quantity is 0', 'something_must_come_of_it'
);
select throws_ok(
    $$ select utl.record_conversion('desk', 'main', 'AAVE/USD', 2.5, 'BTC/USD', 1) $$,
    '23U07', 'a conversion of more than is held', 'more_than_is_held_is_not_converted'
);
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_conversions');

select * from finish();
rollback;
