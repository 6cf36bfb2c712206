create or replace function utl_private.rates_then(
    asset_ids integer[], to_asset_ids integer[], times timestamptz[]
)
returns table (
    asset_id integer, to_asset_id integer, at timestamptz, rate numeric, price_at timestamptz
)
language sql
stable
set enable_nestloop = off               -- the planner takes every array to be a short one
as $rates_then$
    with asked as materialized (
        select distinct w.from_id, w.to_id, w.at
        from unnest(asset_ids, to_asset_ids, times) as w (from_id, to_id, at)
    ),

    direct as materialized (
        select d.* from utl_private.direct_rates(asset_ids, to_asset_ids, times) as d
    ),

    not_direct as materialized (
        select a.*
        from asked as a
        left join direct as d
            on a.from_id = d.asset_id and a.to_id = d.to_asset_id and a.at = d.at
        where a.from_id <> a.to_id and d.at is null
    ),

    chained as materialized (
        select c.*
        from (
            select
                array_agg(n.from_id) as from_ids, array_agg(n.to_id) as to_ids,
                array_agg(n.at) as times
            from not_direct as n
        ) as n
        cross join lateral utl_private.chained_rates(n.from_ids, n.to_ids, n.times) as c
    ),

    others as materialized (
        select n.to_id, n.at, array_agg(n.from_id) as from_ids
        from not_direct as n
        left join chained as c
            on n.from_id = c.asset_id and n.to_id = c.to_asset_id and n.at = c.at
        where c.at is null
        group by n.to_id, n.at
    )

    select
        f.asset_id, f.to_asset_id, f.at, utl_private.rate_quotient(f.numerator, f.denominator),
        f.price_at
    from (select d.* from direct as d union all select c.* from chained as c) as f
    union all
    select r.asset_id, r.to_asset_id, o.at, r.rate, r.price_at
    from others as o
    cross join lateral utl_private.rates_to(o.from_ids, array[o.to_id], o.at) as r
    union all
    select a.from_id, a.to_id, a.at, 1::numeric, null::timestamptz
    from asked as a
    where a.from_id = a.to_id
$rates_then$;

comment on function utl_private.rates_then(integer[], integer[], timestamptz[]) is
'utl_private.rates_to of the n-th of some assets in the n-th of others at the n-th of some times,
for many times: the usual cases, one fresh price or two, are read from the index in one statement.
No row where there is no rate.';
