begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_asset('BNB');
    perform utl.add_instrument(i) from unnest(array['BTC/EUR', 'ETH/EUR', 'DOGE/EUR']) as i;
    perform utl.add_book('desk', 'USD');
    perform utl.add_costing('desk', 'fifo', 'accounts', pool => 'account');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    select t.at, utl.asset_id(t.base), utl.asset_id(t.quote), 'test', t.mark
    from (
        values
        ('2026-01-05 09:00Z'::timestamptz, 'EUR', 'USD', 1.1),
        ('2026-01-06 23:59:59Z', 'EUR', 'USD', 1.2), ('2026-01-07 00:00Z', 'EUR', 'USD', 1.5),
        ('2026-01-05 09:00Z', 'BNB', 'EUR', 500), ('2026-01-07 09:00Z', 'BNB', 'EUR', 600)
    ) as t (at, base, quote, mark);
    insert into utl.prices (at, instrument_id, source, mark)
    select t.at, utl.instrument_id('BTC/EUR'), 'test', t.mark
    from (
        values
        ('2026-01-05 09:00Z'::timestamptz, 105), ('2026-01-06 12:00Z', 120),
        ('2026-01-07 12:00Z', 110)
    ) as t (at, mark);
end
$set_up$;

insert into utl.fills (
    venue_fill_id, executed_at, side, quantity, price, fee, fee_asset_id, book_id, account_id,
    instrument_id
)
select
    t.name, t.at, t.side, t.quantity, t.price, t.fee, utl.asset_id(t.asset), utl.book_id('desk'),
    utl.account_id('main'), utl.instrument_id(t.instrument)
from (
    values
    ('a', '2026-01-05 10:00Z'::timestamptz, 'buy', 2, 100, 1, 'EUR', 'BTC/EUR'),
    ('b', '2026-01-06 23:59:59.999999Z', 'sell', 1, 125, 0.01, 'BNB', 'BTC/EUR'),
    ('c', '2026-01-06 10:00Z', 'buy', 1, 1, 0, 'EUR', 'DOGE/EUR'),
    ('d', '2026-01-08 10:00Z', 'sell', 1, 2, 0, 'EUR', 'DOGE/EUR')
) as t (name, at, side, quantity, price, fee, asset, instrument);
insert into utl.transactions (
    occurred_at, kind, book_id, account_id, instrument_id, asset_id, quantity
)
select
    t.at, t.kind, utl.book_id('desk'), utl.account_id('main'), t.instrument_id,
    utl.asset_id('EUR'), t.quantity
from (
    values
    ('2026-01-06 00:00Z'::timestamptz, 'rebate', utl.instrument_id('BTC/EUR'), 2),
    ('2026-01-05 00:00Z', 'interest', null, 5), ('2026-01-07 00:00Z', 'interest', null, -5)
) as t (at, kind, instrument_id, quantity);

select results_eq(
    $$
        select
            d.day, d.quantity, d.realized_pnl, d.fees, d.income, d.unrealized_change,
            d.revaluation, d.total_pnl
        from utl.pnl_daily('desk', '2026-01-04', '2026-01-07') as d
        where d.instrument = 'BTC/EUR' order by d.day
    $$,
    $$
        values
        ('2026-01-05'::date, 2::numeric, 0::numeric, 1::numeric, 0::numeric, 10::numeric,
            0::numeric, 9::numeric),
        ('2026-01-06', 1, 25, 5, 2, 10, 0, 32),
        ('2026-01-07', 1, 0, 0, 0, -10, -1, -11)
    $$,
    'each_day_has_what_happened_until_its_last_moment'
);
select results_eq(
    $$
        select
            d.day, d.rate, d.realized_pnl_reporting, d.fees_reporting, d.income_reporting,
            d.unrealized_change_reporting, d.total_pnl_reporting, d.currency_reporting
        from utl.pnl_daily('desk', '2026-01-05', '2026-01-07') as d
        where d.instrument = 'BTC/EUR' order by d.day
    $$,
    $$
        values
        ('2026-01-05'::date, 1.1, 0::numeric, 1.1, 0::numeric, 11::numeric, 9.9, 0::numeric),
        ('2026-01-06', 1.2, 30, 6, 2.4, 12, 38.4, 0.9),
        ('2026-01-07', 1.5, 0, 0, 0, -15, -16.5, 12.3)
    $$,
    'at_the_rate_of_its_end_and_the_effect_of_the_currency_beside_it'
);
select results_eq(
    $$
        select
            r.instrument, r.reporting_asset, r.realized_pnl, r.fees, r.income, r.unrealized_change,
            r.revaluation, r.total_pnl, r.currency, r.change, r.unpriced_days
        from utl.pnl_reported('desk', '2026-01-05', '2026-01-07') as r
        where r.instrument = 'BTC/EUR'
    $$,
    $$
        values (
            'BTC/EUR', 'USD', 30::numeric, 7.1, 2.4, 8::numeric, -1.5, 31.8, 13.2, 45::numeric,
            0::bigint
        )
    $$,
    'at_the_rates_of_the_time_days_add_up'
);
select is(
    (
        select p.total_pnl_reporting from utl.pnl_at('2026-01-07 23:59Z', book => 'desk') as p
        where p.instrument = 'BTC/EUR' and p.is_primary
    ),
    45::numeric, 'to_the_total_at_the_last_rate'
);
select results_eq(
    $$
        select d.day, d.quantity, d.total_pnl, d.missing
        from utl.pnl_daily('desk', '2026-01-05', '2026-01-09') as d
        where d.instrument = 'DOGE/EUR' order by d.day
    $$,
    $$
        values
        ('2026-01-06'::date, 1::numeric, null::numeric, array['price of DOGE/EUR']),
        ('2026-01-07', 1, null, array['price of DOGE/EUR']),
        ('2026-01-08', 0, null, array['price of DOGE/EUR'])
    $$,
    'without_a_price_at_either_end_a_day_has_no_total'
);
select is(
    (
        select r.unpriced_days from utl.pnl_reported('desk', '2026-01-05', '2026-01-09') as r
        where r.instrument = 'DOGE/EUR'
    ),
    3::bigint, 'and_is_counted'
);
select results_eq(
    $$
        select d.day, d.income, d.total_pnl, d.total_pnl_reporting, d.currency_reporting
        from utl.pnl_daily('desk', '2026-01-05', '2026-01-08') as d
        where d.instrument is null order by d.day
    $$,
    $$
        values
        ('2026-01-05'::date, 5.5, 5.5, 5.5, 0::numeric), ('2026-01-06', 0, 0.5, 0.5, 0),
        ('2026-01-07', -7.5, -6, -6, 0)
    $$,
    'what_came_to_nothing_again_is_not_lost'
);
select is(
    (
        select string_agg(d.account || ' ' || d.total_pnl, ', ' order by d.day)
        from utl.pnl_daily('desk', '2026-01-05', '2026-01-07', 'accounts') as d
        where d.instrument = 'BTC/EUR'
    ),
    'main 9, main 32, main -11', 'a_costing_may_be_chosen'
);
select throws_ok(
    $$ select utl.pnl_daily('desk', '2026-01-05', costing => 'x') $$, '22U01',
    'book desk has no costing x', 'an_unknown_costing_is_an_error'
);
select throws_ok(
    $$ select utl.pnl_reported('dsk', '2026-01-05') $$, '22U01', 'unknown book: ''dsk''',
    'an_unknown_book_is_an_error'
);

select is(audit(), 'sound', 'all_checks_hold');
select * from finish();
rollback;
