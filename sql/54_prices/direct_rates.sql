create or replace function utl_private.direct_rates(
    asset_ids integer[], to_asset_ids integer[], times timestamptz[]
)
returns table (
    asset_id integer, to_asset_id integer, at timestamptz, numerator numeric, denominator numeric,
    price_at timestamptz
)
language sql
stable
set enable_seqscan = off                -- each time looks its price up in an index
set enable_nestloop = off               -- but not its line: the planner takes arrays to be short
as $direct_rates$
    with asked as materialized (
        select w.* from unnest(asset_ids, to_asset_ids, times) as w (from_id, to_id, at)
    ),

    lines as materialized (
        select w.from_id, w.to_id, l.line
        from (select distinct a.from_id, a.to_id from asked as a) as w
        cross join lateral (
            values (w.from_id, w.to_id), (w.to_id, w.from_id)
        ) as p (base_asset_id, quote_asset_id)
        cross join lateral (
            select n::utl_private.latest_prices as line
            from utl_private.latest_prices as n
            where
                n.base_asset_id <> 0
                and n.base_asset_id = p.base_asset_id and n.quote_asset_id = p.quote_asset_id
            offset 0                    -- keeps it a look-up in the index
        ) as l
    ),

    found as (
        select
            a.*, (n.line).base_asset_id = a.from_id as is_base, p.at as price_at, p.price_id,
            utl_private.mid_price(p.bid, p.ask, p.mark) as mid
        from asked as a
        inner join lines as n on a.from_id = n.from_id and a.to_id = n.to_id
        cross join lateral utl_private.last_price(n.line, a.at) as p
    )

    select distinct on (f.from_id, f.to_id, f.at)
        f.from_id, f.to_id, f.at,
        case when f.is_base then f.mid else 1 end, case when f.is_base then 1 else f.mid end,
        f.price_at
    from found as f
    where f.mid > 0
    order by f.from_id asc, f.to_id asc, f.at asc, f.price_at desc, f.price_id desc
$direct_rates$;

comment on function utl_private.direct_rates(integer[], integer[], timestamptz[]) is
'The rates of the n-th of some assets in the n-th of others at the n-th of some times, each asked
once, where one price says so, however old: numerator ÷ denominator. No row elsewhere.';
