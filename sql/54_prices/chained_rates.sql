create or replace function utl_private.chained_rates(
    asset_ids integer[], to_asset_ids integer[], times timestamptz[]
)
returns table (
    asset_id integer, to_asset_id integer, at timestamptz, numerator numeric, denominator numeric,
    price_at timestamptz
)
language sql
stable
set enable_nestloop = off               -- the planner takes every array to be a short one
as $chained_rates$
    with ways as materialized (
        select p.from_id, f.neighbor_id as hub_id, p.to_id
        from (
            select distinct w.from_id, w.to_id
            from unnest(asset_ids, to_asset_ids) as w (from_id, to_id)
        ) as p
        inner join utl_private.priced_pairs as f on p.from_id = f.asset_id
        inner join utl_private.priced_pairs as t
            on p.to_id = t.asset_id and f.neighbor_id = t.neighbor_id
    ),

    asked as materialized (
        select distinct y.from_id, y.hub_id, y.to_id, w.at
        from unnest(asset_ids, to_asset_ids, times) as w (from_id, to_id, at)
        inner join ways as y on w.from_id = y.from_id and w.to_id = y.to_id
    ),

    hops as (
        select a.from_id, a.hub_id as to_id, a.at from asked as a
        union
        select a.hub_id, a.to_id, a.at from asked as a
    ),

    rates as materialized (
        select r.*
        from (
            select
                array_agg(h.from_id) as from_ids, array_agg(h.to_id) as to_ids,
                array_agg(h.at) as times
            from hops as h
        ) as h
        cross join lateral utl_private.direct_rates(h.from_ids, h.to_ids, h.times) as r
    )

    select distinct on (a.from_id, a.to_id, a.at)
        a.from_id, a.to_id, a.at, h.numerator * t.numerator, h.denominator * t.denominator,
        least(h.price_at, t.price_at)
    from asked as a
    inner join rates as h on a.from_id = h.asset_id and a.hub_id = h.to_asset_id and a.at = h.at
    inner join rates as t on a.hub_id = t.asset_id and a.to_id = t.to_asset_id and a.at = t.at
    order by
        a.from_id asc, a.to_id asc, a.at asc, least(h.price_at, t.price_at) desc, a.hub_id asc
$chained_rates$;

comment on function utl_private.chained_rates(integer[], integer[], timestamptz[]) is
'As utl_private.direct_rates, where two fresh prices say so, by way of a third asset. Where no
single fresh price does, utl_private.rates_to says the same.';
