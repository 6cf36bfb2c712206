begin;
select plan(9);

do $set_up$
begin
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'BTC/USD:BTC-261225']) as i;
end
$set_up$;

select results_eq(
    $$
        select * from utl.record_prices('[
            {"instrument": "BTC/USD", "bid": "1.50", "ask": 2, "at": "2026-01-05T10:00:00Z"},
            {"instrument": "BTC/USD:BTC-261225", "mark": "-1e-2", "at": "1767607200000"},
            {"base": " BTC ", "quote": "USD", "mark": "3", "bid": "", "ask": null,
             "at": "2026-01-05 11:00+01:00", "source": "ecb", "line": 77}
        ]', 'kraken')
    $$,
    $$
        values
        (1::bigint, 'recorded', null::text, null::text), (2::bigint, 'recorded', null, null),
        (77::bigint, 'recorded', null, null)
    $$,
    'prices_are_recorded_by_names'
);
select bag_eq(
    $$
        select i.instrument, b.asset as base, q.asset as quote, p.source, p.bid, p.ask, p.mark, p.at
        from utl.prices as p
        left join utl.instruments as i on p.instrument_id = i.instrument_id
        left join utl.assets as b on p.base_asset_id = b.asset_id
        left join utl.assets as q on p.quote_asset_id = q.asset_id
    $$,
    $$
        values
        ('BTC/USD', null, null, 'kraken', 1.50, 2, null, '2026-01-05 10:00Z'::timestamptz),
        ('BTC/USD:BTC-261225', null, null, 'kraken', null, null, -0.01, '2026-01-05 10:00Z'),
        (null, 'BTC', 'USD', 'ecb', null, null, 3, '2026-01-05 10:00Z')
    $$,
    'they_say_what_the_rows_said'
);

create temp table bad_rows (place integer, price jsonb, sqlstate text, reason text);
insert into bad_rows
values
(
    1, '{"mark": 1, "at": "2026-01-05T10:00Z"}', '22U03',
    'neither an instrument alone nor base and quote alone'
),
(
    2, '{"instrument": "BTC/USD", "base": "BTC", "mark": 1, "at": "2026-01-05T10:00Z"}', '22U03',
    'neither an instrument alone nor base and quote alone'
),
(3, '{"base": "BTC", "mark": 1, "at": "2026-01-05T10:00Z"}', '22U03', 'quote is missing'),
(4, '{"quote": "BTC", "mark": 1, "at": "2026-01-05T10:00Z"}', '22U03', 'base is missing'),
(
    5, '{"base": "BTC", "quote": "BTC", "mark": 1, "at": "2026-01-05T10:00Z"}', '22U03',
    'base and quote are the same: ''BTC'''
),
(
    6, '{"instrument": "BTC/USD", "bid": " ", "at": "2026-01-05T10:00Z"}', '22U03',
    'neither bid nor ask nor mark is given'
),
(
    7, '{"instrument": "BTC/USD", "bid": "NaN", "at": "2026-01-05T10:00Z"}', '22U03',
    'bid is not a finite number: ''NaN'''
),
(
    8, '{"instrument": "BTC/USD", "ask": "1,5", "at": "2026-01-05T10:00Z"}', '22U03',
    'ask is not a finite number: ''1,5'''
),
(
    9, '{"instrument": "BTC/USD", "mark": "Infinity", "at": "2026-01-05T10:00Z"}', '22U03',
    'mark is not a finite number: ''Infinity'''
),
(
    10, '{"instrument": "BTC/USD", "bid": 2, "ask": "1.9", "at": "2026-01-05T10:00Z"}', '22U03',
    'bid is above ask: 2 > 1.9'
),
(11, '{"instrument": "BTC/USD", "mark": 1}', '22U03', 'at is missing'),
(
    12, '{"instrument": "BTC/USD", "mark": 1, "at": "2026-01-05T10:00"}', '22U03',
    'at is not an ISO 8601 time with a zone: ''2026-01-05T10:00'''
),
(
    13, '{"instrument": "BTC/USD", "mark": 1, "at": "2126-01-05T10:00Z"}', '22U10',
    'at is in the future: ''2126-01-05T10:00Z'''
),
(
    14, '{"instrument": "BTC/USX", "mark": 1, "at": "2026-01-05T10:00Z"}', '22U01',
    'unknown instrument ''BTC/USX''; the nearest known: ''BTC/USD'', ''BTC/USD:BTC-261225'''
),
(
    15, '{"base": "BTX", "quote": "USD", "mark": 1, "at": "2026-01-05T10:00Z"}', '22U01',
    'unknown base ''BTX''; the nearest known: ''BTC'', ''USD'''
),
(
    16, '{"base": "BTC", "quote": "USX", "mark": 1, "at": "2026-01-05T10:00Z"}', '22U01',
    'unknown quote ''USX''; the nearest known: ''USD'', ''BTC'''
),
(
    17, '{"instrument": "BTC/USD", "mark": 0, "at": "2026-01-05T10:00Z"}', '22U11',
    'a price is not positive: 0'
),
(
    18, '{"base": "BTC", "quote": "USD", "bid": -1, "ask": 1, "at": "2026-01-05T10:00Z"}', '22U11',
    'a price is not positive: -1'
),
(
    19, '{"instrument": "BTC/USD", "price": 1, "at": "2026-01-05T10:00Z"}', '22U04',
    'unknown keys: ''price'''
),
(
    20, '{"instrument": "BTC/USD", "mark": 1, "delta": 0.5, "at": "2026-01-05T10:00Z"}', '22U11',
    'only an option has a delta'
),
(
    21, '{"instrument": "BTC/USD", "mark": 1, "delta": "55", "at": "2026-01-05T10:00Z"}', '22U03',
    'delta is not between -1 and 1: 55'
),
(
    22, '{"instrument": "BTC/USD", "mark": 1, "delta": "NaN", "at": "2026-01-05T10:00Z"}', '22U03',
    'delta is not a finite number: ''NaN'''
),
(23, '7', '22U04', 'not a JSON object but number'),
(24, 'null', '22U04', 'not a JSON object but null');

select results_eq(
    $$
        select * from utl.record_prices(
            (select jsonb_agg(b.price order by b.place) from bad_rows as b), 'kraken'
        )
    $$,
    $$
        select b.place::bigint, 'rejected', b.sqlstate, b.reason
        from bad_rows as b
        order by b.place
    $$,
    'each_bad_row_gets_its_reason'
);
select is((select count(*) from utl.prices), 3::bigint, 'bad_rows_are_not_recorded');
select results_eq(
    $$
        select r.line, r.outcome, r.reason from utl.record_prices('[
            {"instrument": "BTC/USD", "mark": 5, "at": "2026-01-05T12:00Z"},
            {"instrument": "BTC/USD", "mark": 6, "at": "2026-01-05T12:00Z", "source": "x"}
        ]') as r
    $$,
    $$ values (1::bigint, 'rejected', 'source is missing'), (2::bigint, 'recorded', null) $$,
    'a_bad_row_does_not_stop_a_good_one_and_a_price_needs_a_source'
);
select is_empty($$ select * from utl.record_prices('[]', 'x') $$, 'no_rows_are_no_error');
select throws_ok(
    $$ select * from utl.record_prices('{"mark": 1}', 'x') $$, '22U04',
    'prices come as a JSON array of objects, not as object', 'a_single_object_is_no_array'
);
select throws_ok(
    'select * from utl.record_prices(null)', '22U04',
    'prices come as a JSON array of objects, not as null', 'null_is_no_array'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
