create or replace function utl_private.last_price(
    line utl_private.latest_prices, at timestamptz
)
returns setof utl.prices
language sql
stable
as $last_price$
    -- First the days in which nearly all are found: to look into each month takes much longer.
    select p.*
    from (
        values
        (last_price.at - interval '7 days', last_price.at),
        ('-infinity', last_price.at - interval '7 days')
    ) as d (since, before)
    cross join lateral (
        (
            select f.* from utl.prices as f
            where
                line.instrument_id <> 0 and f.instrument_id = line.instrument_id
                and f.source = line.source and f.at between d.since and d.before
            order by f.at desc, f.price_id desc
            limit 1
        )
        union all
        (
            select f.* from utl.prices as f
            where
                line.instrument_id = 0 and f.instrument_id is null
                and f.base_asset_id = line.base_asset_id
                and f.quote_asset_id = line.quote_asset_id
                and f.source = line.source and f.at between d.since and d.before
            order by f.at desc, f.price_id desc
            limit 1
        )
    ) as p
    limit 1
$last_price$;

comment on function utl_private.last_price(utl_private.latest_prices, timestamptz) is
'The last price up to a time of what a line of latest_prices is about, by its source: by the indexes
prices_of_instruments and prices_of_pairs. None if it had no price yet. Written so that the planner
inlines it.';
