begin;
select plan(9);

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

create function pg_temp.held(
    instrument text, time_of_day text, from_what text default 'held_quantities'
)
returns text
language plpgsql
as $$
declare
    _held text;
begin
    execute format(
        'select string_agg(a.account || '' '' || trim_scale(h.quantity), ''; '' order by a.account)
        from utl_private.%I($1, $2, null) as h
        inner join utl.accounts as a on h.account_id = a.account_id',
        from_what
    ) into _held using utl.instrument_id(instrument), at(time_of_day);
    return _held;
end
$$;
call trade($$
    a 09:00 buy 3 @ 100 fee 0.1 BTC
    b 09:30 sell 1 @ 110 fee 0.2 BTC
    c 09:40 buy 1 @ 100 fee 1 USD in cold
$$);
call trade($$ d 09:50 buy 1 @ 100 $$);
call bust('d');
call amend('c', quantity => 2, account => 'cold');
select utl.record_transfer(
    'desk', 'main', 'cold', 1, 'BTC/USD', fee => 0.1, occurred_at => at('10:00')
);
select is(
    pg_temp.held('BTC/USD', '09:00'), 'main 2.9',
    'a_fee_in_the_coin_is_taken_out_of_what_was_bought'
);
select is(
    pg_temp.held('BTC/USD', '09:59'), 'cold 2; main 1.7',
    'busts_and_amendments_count_and_a_fee_is_sold_on_top'
);
select is(
    pg_temp.held('BTC/USD', '10:00'), 'cold 3; main 0.6', 'transfers_move_and_cost_the_coin_fee'
);
select is(pg_temp.held('BTC/USD', '08:59'), null, 'before_the_first_fact_nothing_is_held');
select is(
    pg_temp.held('BTC/USD', '09:59', 'held_by_facts'), 'cold 2; main 1.7',
    'facts_and_flows_say_the_same'
);

call trade($$
    e 09:00 buy 10 @ 100
    f 09:30 sell 4 @ 100
    g 10:30 buy 1 @ 40 in cold
    h 11:30 sell 3 @ 40
$$, instrument => 'AAPL');
select utl.record_split('AAPL', 1, 3, occurred_at => at('10:00'));
select utl.record_split('AAPL', 10, 1, occurred_at => at('11:00'));
select is(
    pg_temp.held('AAPL', '10:30'), 'cold 1; main 2', 'a_split_multiplies_what_is_there'
);
select is(
    pg_temp.held('AAPL', '12:00'), 'cold 10; main 17', 'a_second_one_multiplies_again'
);
select utl.record_conversion(
    'desk', 'main', 'AAPL', 7, 'SPUN', 14, to_account => 'cold', occurred_at => at('13:00')
);
select is(
    pg_temp.held('AAPL', '13:00') || ' | ' || pg_temp.held('SPUN', '13:00'),
    'cold 10; main 10 | cold 14', 'a_conversion_takes_here_and_brings_there'
);
select utl.cancel_transaction((
    select t.transaction_id from utl.transactions as t
    where t.kind = 'conversion'
));
select is(pg_temp.held('AAPL', '13:00'), 'cold 10; main 17', 'what_is_cancelled_does_not_count');

select * from finish();
rollback;
