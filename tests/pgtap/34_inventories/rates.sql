begin;
select plan(14);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'XRP/SOL', 'BTC/EUR']) as i;
    perform utl.add_book('desk', 'USD', method => 'fifo', basis => 'asset');
end
$set_up$;

call trade('a 09:00 buy 100 @ 0.5', 'desk', 'XRP/SOL');
select results_eq(
    $$
        select m.asset, m.to_asset, m.kind, m.quantity
        from utl.missing_rates as m where m.book = 'desk' order by m.asset
    $$,
    $$values ('SOL', 'USD', 'fill', -50::numeric), ('XRP', 'USD', 'fill', 100::numeric)$$,
    'what_has_no_rate_is_listed'
);
select is(
    stand('fifo', 'desk', 'XRP in USD') || ' | ' || stand('fifo', 'desk', 'SOL in USD'),
    '100 at 0 cost 0, realized 0, fees 0, net 0 | -50 at 0 cost 0, realized 0, fees 0, net 0',
    'its_quantities_are_right_at_once'
);
select is(utl.complete_rates('desk'), 0::bigint, 'without_a_price_nothing_is_completed');

do $price$
begin
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values ('2026-01-05 08:59Z', utl.asset_id('XRP'), utl.asset_id('USD'), 'test', 2);
end
$price$;
select is(utl.complete_rates('desk'), 1::bigint, 'a_price_that_came_late_completes_it');
select is(
    stand('fifo', 'desk', 'XRP in USD') || ' | ' || stand('fifo', 'desk', 'SOL in USD'),
    '100 at 2 cost 200, realized 0, fees 0, net 0 | -50 at 4 cost -200, realized 0, fees 0, net 0',
    'the_rate_of_one_side_values_both'
);
select is_empty('select from utl.missing_rates', 'then_nothing_is_missing');
select results_eq(
    $$
        select a.asset, r.rate, r.price_at
        from utl.fact_rates as r
        inner join utl.assets as a on r.asset_id = a.asset_id
    $$,
    $$values ('XRP', 2::numeric, '2026-01-05 08:59Z'::timestamptz)$$,
    'the_rate_is_kept_with_the_fact'
);

select is(
    (
        select r.rate
        from utl.fills as f
        cross join lateral utl.record_rate(f.fill_id, 'SOL', 'USD', 6, 'the broker') as r
        where f.venue_fill_id = 'a'
    ),
    6::numeric, 'a_rate_can_be_said'
);
select is(
    stand('fifo', 'desk', 'XRP in USD') || ' | ' || stand('fifo', 'desk', 'SOL in USD'),
    '100 at 3 cost 300, realized 0, fees 0, net 0 | -50 at 6 cost -300, realized 0, fees 0, net 0',
    'and_the_fact_is_booked_again_at_it'
);
select throws_ok(
    $$select utl.record_rate(0, 'SOL', 'USD', 6)$$, '22U01',
    'fact 0 moves no inventory that is counted in USD',
    'a_rate_is_of_a_fact'
);
select throws_ok(
    $$
        select utl.record_rate(f.fill_id, 'SOL', 'USD', 0)
        from utl.fills as f where f.venue_fill_id = 'a'
    $$,
    '22U11', 'a rate is not 0', 'a_rate_is_above_0'
);
select throws_ok(
    'delete from utl.fact_rates', '55U01',
    'delete of fact_rates is refused: facts are never changed',
    'rates_are_facts'
);

-- Later prices do not change what is booked.
do $price$
begin
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values ('2026-01-05 09:00Z', utl.asset_id('SOL'), utl.asset_id('USD'), 'test', 9);
    perform utl.rebuild_book('desk');
end
$price$;
select is(
    stand('fifo', 'desk', 'XRP in USD'), '100 at 3 cost 300, realized 0, fees 0, net 0',
    'a_rebuild_gives_the_same_whatever_the_prices_are_now'
);
select is(audit(), 'sound', 'all_checks_are_empty');

select * from finish();
rollback;
