begin;
select plan(5);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument(i) from unnest(array['BTC/EUR', 'ETH/EUR']) as i;
    perform utl.add_book('desk', 'USD');
    perform utl.add_asset('BNB');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    select t.at, utl.asset_id('EUR'), utl.asset_id('USD'), 'test', t.mark
    from (
        values
        ('2026-01-05 09:00Z'::timestamptz, 1.1), ('2026-01-06 09:59Z', 1.2),
        ('2026-01-07 00:00Z', 1.5)
    ) as t (at, mark);
    insert into utl.prices (at, instrument_id, source, mark)
    values ('2026-01-07 12:00Z', utl.instrument_id('BTC/EUR'), 'test', 110);
    insert into utl.fills (
        venue_fill_id, executed_at, side, quantity, price, fee, fee_asset_id, book_id, account_id,
        instrument_id
    )
    select
        t.name, t.at, t.side, t.quantity, t.price, t.fee, utl.asset_id(t.asset),
        utl.book_id('desk'), utl.account_id('main'), utl.instrument_id(t.instrument)
    from (
        values
        ('a', '2026-01-05 10:00Z'::timestamptz, 'buy', 2, 100, 1, 'EUR', 'BTC/EUR'),
        ('b', '2026-01-06 10:00Z', 'sell', 1, 125, 0, 'EUR', 'BTC/EUR'),
        ('c', '2026-01-06 10:00Z', 'buy', 1, 10, 0.1, 'BNB', 'ETH/EUR')
    ) as t (name, at, side, quantity, price, fee, asset, instrument);
    perform utl.record_interest('desk', 'main', 5, 'EUR', occurred_at => '2026-01-06 12:00Z');
end
$set_up$;

select results_eq(
    $$
        select
            t.realized_pnl, t.fees, t.income, t.unrealized_pnl, t.total_pnl, t.currency, t.total,
            t.missing_rates
        from utl.pnl_translated('desk') as t where t.instrument = 'BTC/EUR'
    $$,
    -- 25 at 1.2, a fee of 1 at 1.1, and 10 that is not realized at the 1.5 of now.
    $$values (30::numeric, 1.1, 0::numeric, 15::numeric, 43.9, 7.1, 51::numeric, 0::bigint)$$,
    'each_result_counts_at_the_rate_of_its_moment'
);
select is(
    (
        select t.total from utl.pnl_translated('desk') as t
        where t.instrument = 'BTC/EUR'
    ),
    (
        select p.total_pnl_reporting from utl.pnl as p
        where p.book = 'desk' and p.instrument = 'BTC/EUR'
    ),
    'with_the_currency_since_then_it_is_the_total_at_the_rate_of_now'
);
select results_eq(
    $$
        select t.income, t.total_pnl, t.currency
        from utl.pnl_translated('desk') as t where t.instrument is null
    $$,
    $$values (6::numeric, 6::numeric, 1.5)$$,
    'so_does_what_was_for_no_instrument'
);
select results_eq(
    $$
        select t.fees, t.total_pnl, t.missing_rates
        from utl.pnl_translated('desk') as t where t.instrument = 'ETH/EUR'
    $$,
    $$values (null::numeric, null::numeric, 1::bigint)$$,
    'what_has_no_rate_is_counted_and_makes_no_figure'
);
select throws_ok(
    $$select * from utl.pnl_translated('desk', 'fifo')$$, '22U01', 'book desk has no costing fifo',
    'an_unknown_costing_is_refused'
);

select * from finish();
rollback;
