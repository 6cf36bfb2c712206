begin;
select plan(9);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
    perform utl.add_instrument('BTC/USD:USD-260105-100-C', multiplier => 0.1);
    perform utl.add_instrument('BTC/USD:USD-260105-100-P', multiplier => 0.1);
end
$set_up$;

call trade($$ a 07:00 buy 20 @ 8 $$, instrument => 'BTC/USD:USD-260105-100-C');
select utl.record_exercise(
    'desk', 'main', 'BTC/USD:USD-260105-100-C', 20, 'BTC/USD', 100, occurred_at => at('08:00'),
    reference => 'call'
);
select is(
    told('call'),
    'conversion -20 BTC/USD:USD-260105-100-C in main for 200 to 2 BTC/USD in main of desk',
    'exercising_a_call_buys_at_the_strike'
);
select is(
    stand('fifo'), '2 at 108 cost 216, realized 0, fees 0, net 0', 'the_premium_is_part_of_the_cost'
);
call trade($$ b 07:00 buy 10 @ 5 $$, instrument => 'BTC/USD:USD-260105-100-P');
select utl.record_exercise(
    'desk', 'main', 'BTC/USD:USD-260105-100-P', 10, 'BTC/USD', 100, occurred_at => at('08:01'),
    reference => 'put'
);
select is(
    told('put'),
    'conversion -10 BTC/USD:USD-260105-100-P in main for -100 to -1 BTC/USD in main of desk',
    'exercising_a_put_sells_at_the_strike'
);
select is(
    stand('fifo'), '1 at 108 cost 108, realized -13, fees 0, net -13',
    'the_premium_is_taken_off_the_proceeds'
);
call trade($$ c 08:02 sell 10 @ 9 $$, instrument => 'BTC/USD:USD-260105-100-C');
select utl.record_exercise(
    'desk', 'main', 'BTC/USD:USD-260105-100-C', -10, 'BTC/USD', 100, occurred_at => at('08:03'),
    reference => 'assigned'
);
select is(
    stand('fifo'), '0 at - cost 0, realized -12, fees 0, net -12',
    'a_short_call_that_is_assigned_sells_for_strike_and_premium'
);
select is(
    (
        select sum(f.received) from utl_private.flows as f
        where f.kind = 'conversion'
    ),
    0::numeric, 'cash_of_the_strikes_moves'
);
select throws_ok(
    $$
        select utl.record_exercise(
            'desk', 'main', 'BTC/USD:USD-260105-100-C', 1, 'BTC/USD', 100
        )
    $$,
    '23U07', 'a conversion of more than is held', 'more_than_is_held_is_not_exercised'
);
select throws_ok(
    $$ select utl.record_exercise('desk', 'main', 'BTC/USD', 1, 'BTC/USD', 100) $$, '22U08',
    'it is not known whether BTC/USD is a call or a put', 'it_is_a_call_or_a_put'
);
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_exercises');

select * from finish();
rollback;
