begin;
select plan(8);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
    perform utl.add_instrument('AAPL', 'equity', 'AAPL', 'USD');
    perform utl.add_instrument('SPUN', 'equity', 'SPUN', 'USD');
end
$set_up$;

call trade($$
    a 09:00 buy 1 @ 100
    b 09:01 buy 1 @ 300
$$, instrument => 'AAPL');
select utl.record_spin_off(
    'desk', 'main', 'AAPL', 'SPUN', 4, 40, occurred_at => at('10:00'), reference => 'spin'
);
select is(
    told('spin'), 'spin_off AAPL in main for 40 to 4 SPUN in main of desk',
    'a_spin_off_is_recorded'
);
select is(
    lots('fifo', instrument => 'AAPL'), 'a 1 at 90 cost 90; b 1 at 270 cost 270',
    'every_lot_loses_its_share_of_the_cost'
);
select is(
    lots('fifo', instrument => 'SPUN'), 'a 2 at 5 cost 10; b 2 at 15 cost 30',
    'which_goes_on_in_what_was_spun_off'
);
select is(
    (
        select sum(u.cost) from utl.unit_costs as u
        where u.costing = 'wac'
    ), 400::numeric,
    'no_cost_is_lost'
);
select is(
    flowed(), 'fill 2 AAPL; spin_off 4 SPUN', 'what_came_is_held'
);
select throws_ok(
    $$ select utl.record_spin_off('desk', 'main', 'AAPL', 'AAPL', 1, 1) $$, '22U08',
    'a transaction of kind spin_off cannot be: it cannot become what it is',
    'nothing_is_spun_off_to_itself'
);
select throws_ok(
    $$ select utl.record_spin_off('desk', 'main', 'AAPL', 'SPUN', 1, null) $$, '22U08',
    'a transaction of kind spin_off cannot be: amount is missing', 'the_cost_must_be_known'
);
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_a_spin_off');

select * from finish();
rollback;
