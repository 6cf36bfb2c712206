create or replace function utl_private.rate_steps(
    from_asset_ids integer[], to_asset_ids integer[], at timestamptz, since timestamptz
)
returns setof utl_private.rate_path
language sql
stable
as $rate_steps$
    with lines as (
        select l::utl_private.latest_prices as line
        from unnest(from_asset_ids) as a (asset_id)
        inner join utl_private.latest_prices as l on a.asset_id = l.base_asset_id
        where
            l.base_asset_id <> 0
            and l.quote_asset_id = any(to_asset_ids)
        union all
        select l::utl_private.latest_prices
        from unnest(from_asset_ids) as a (asset_id)
        inner join utl_private.latest_prices as l on a.asset_id = l.quote_asset_id
        where
            l.base_asset_id <> 0
            and l.base_asset_id = any(to_asset_ids)
    )

    select distinct on (w.from_id, w.to_id)
        w.from_id, w.to_id, w.numerator, w.denominator, l.at, array[w.from_id, w.to_id]
    from utl_private.lines_at(array(select n.line from lines as n), rate_steps.at) as l
    cross join lateral utl_private.mid_price(l.bid, l.ask, l.mark) as m (price)
    cross join lateral (
        values
        (l.base_asset_id, l.quote_asset_id, m.price, 1::numeric),
        (l.quote_asset_id, l.base_asset_id, 1::numeric, m.price)
    ) as w (from_id, to_id, numerator, denominator)
    where
        l.at >= since and m.price > 0 and w.from_id <> w.to_id
        and w.from_id = any(from_asset_ids)
        and w.to_id = any(to_asset_ids)
    order by w.from_id asc, w.to_id asc, l.at desc, l.price_id desc
$rate_steps$;

comment on function utl_private.rate_steps(integer[], integer[], timestamptz, timestamptz) is
'The rates at a time from some assets to some others, directly or inverted, from prices since a
time: of each two assets the newest price, whoever gave it, and of one time what was recorded last.
A price of 0 or below, which fx may have, is no rate.';
