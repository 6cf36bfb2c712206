-- Inventories of a book with a closed period: what was in it stays, and what comes late has the
-- rate of its own time.
begin;
select plan(18);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/BTC', 'XRP/SOL']) as i;
    perform utl.add_book('desk', 'USD', method => 'fifo', basis => 'asset');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values
    (at('09:00'), utl.asset_id('BTC'), utl.asset_id('USD'), 'test', 100),
    (at('11:00'), utl.asset_id('BTC'), utl.asset_id('USD'), 'test', 300);
end
$set_up$;

call trade('a 09:00 buy 5 @ 100', 'desk');
call trade('b 10:00 sell 1 @ 110', 'desk');
call trade('c 09:30 buy 100 @ 0.5', 'desk', 'XRP/SOL');
select is(audit(), 'sound', 'the_ledger_is_sound_before_the_close');
select lives_ok(
    $$ select utl.close_period('desk', at('12:00')) $$, 'the_book_is_closed'
);
select results_eq(
    $$ select r.changed_positions from utl.rebuild_book('desk') as r $$,
    $$ values (0::bigint) $$,
    'what_was_booked_before_stays_in_the_period_when_the_book_is_rebuilt'
);
select is(audit(), 'sound', 'the_ledger_is_sound_when_it_was_rebuilt');

call trade('d 09:10 buy 2 @ 0.5', 'desk', 'ETH/BTC');
select is(
    stand('fifo', 'desk', 'ETH in USD'), '2 at 50 cost 100, realized 0, fees 0, net 0',
    'a_late_fill_is_worth_what_it_was_when_it_happened'
);
select is(
    (
        select p.last_effective_at
        from utl_private.positions as p
        where p.instrument_id = utl.instrument_id('ETH in USD')
    ),
    at('12:00'), 'and_is_booked_when_the_period_ends'
);

call trade('e 09:20 buy 10 @ 0.5', 'desk', 'XRP/SOL');
do $prices$
begin
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values
    (at('09:15'), utl.asset_id('XRP'), utl.asset_id('USD'), 'late', 2),
    (at('11:30'), utl.asset_id('XRP'), utl.asset_id('USD'), 'late', 7);
end
$prices$;
select results_eq(
    $$ select r.changed_positions from utl.rebuild_book('desk') as r $$,
    $$ values (0::bigint) $$,
    'a_price_that_came_late_is_no_rate_until_somebody_asks_for_it'
);
select is(utl.complete_rates('desk'), 1::bigint, 'what_was_booked_late_can_be_completed');
select is(
    stand('fifo', 'desk', 'XRP in USD'),
    '110 at 0.181818181818181818 cost 20, realized 0, fees 0, net 0',
    'at_the_rate_of_its_own_time'
);
select results_eq(
    $$ select m.asset, m.quantity from utl.missing_rates as m order by m.asset $$,
    $$ values ('SOL', -50::numeric), ('XRP', 100) $$,
    'what_is_closed_stays_as_it_was_reported'
);
select throws_ok(
    $$
        select utl.record_rate(m.fact_id, 'XRP', 'USD', 3)
        from utl.missing_rates as m where m.asset = 'XRP'
    $$,
    '23U05', null, 'and_nobody_can_say_another_rate_of_it'
);
call amend('c', quantity => 200);
select is(audit(), 'sound', 'the_ledger_is_sound_when_what_is_closed_was_amended');
select results_eq(
    $$
        select m.quantity, count(*) over (partition by m.fact_id)
        from utl.missing_rates as m where m.asset = 'XRP' order by m.quantity
    $$,
    $$ values (-100::numeric, 3::bigint), (100, 3), (200, 3) $$,
    'what_counts_instead_misses_the_rate_of_the_same_fact'
);
select is(
    (select sum(r.changed_positions) from utl.rebuild_book('desk') as r), 0::numeric,
    'nor_does_a_rebuild_look_for_it'
);
select lives_ok($$ select utl.reopen_period('desk') $$, 'when_the_period_is_open_again');
select is_empty($$ select from utl.missing_rates $$, 'what_is_known_by_then_is_found');
select is(
    stand('fifo', 'desk', 'XRP in USD'), '210 at 2 cost 420, realized 0, fees 0, net 0',
    'and_has_the_rate_of_its_own_time'
);
select is(audit(), 'sound', 'the_ledger_is_sound_in_the_end');
select * from finish();
rollback;
