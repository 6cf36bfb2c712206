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
        select distinct
            w.from_id, w.to_id, w.at,
            least(w.at, statement_timestamp()) - s.price_max_age as fresh_since
        from unnest(asset_ids, to_asset_ids, times) as w (from_id, to_id, at)
        cross join utl_private.settings as s
        where w.from_id <> w.to_id
    ),

    -- While a fresh rate is missing, a longer way is tried.
    direct as materialized (
        select r.*
        from (
            select array_agg(a.from_id), array_agg(a.to_id), array_agg(a.at)
            from asked as a
        ) as n (from_ids, to_ids, times)
        cross join lateral utl_private.direct_rates(n.from_ids, n.to_ids, n.times) as r
    ),

    by_two as materialized (
        select r.*
        from (
            select array_agg(a.from_id), array_agg(a.to_id), array_agg(a.at)
            from asked as a
            left join direct as d
                on (a.from_id, a.to_id, a.at) = (d.asset_id, d.to_asset_id, d.at)
            where (d.price_at >= a.fresh_since) is not true
        ) as n (from_ids, to_ids, times)
        cross join lateral utl_private.chained_rates(n.from_ids, n.to_ids, n.times, 2) as r
    ),

    by_three as materialized (
        select r.*
        from (
            select array_agg(a.from_id), array_agg(a.to_id), array_agg(a.at)
            from asked as a
            left join direct as d
                on (a.from_id, a.to_id, a.at) = (d.asset_id, d.to_asset_id, d.at)
            left join by_two as b
                on (a.from_id, a.to_id, a.at) = (b.asset_id, b.to_asset_id, b.at)
            where (d.price_at >= a.fresh_since or b.price_at >= a.fresh_since) is not true
        ) as n (from_ids, to_ids, times)
        cross join lateral utl_private.chained_rates(n.from_ids, n.to_ids, n.times, 3) as r
    )

    select distinct on (a.from_id, a.to_id, a.at)
        a.from_id, a.to_id, a.at, utl_private.rate_quotient(r.numerator, r.denominator), r.price_at
    from (
        select 1 as steps, d.* from direct as d
        union all
        select 2, b.* from by_two as b
        union all
        select 3, b.* from by_three as b
    ) as r
    inner join asked as a on (r.asset_id, r.to_asset_id, r.at) = (a.from_id, a.to_id, a.at)
    order by a.from_id asc, a.to_id asc, a.at asc, r.price_at < a.fresh_since asc, r.steps asc
$rates_then$;

comment on function utl_private.rates_then(integer[], integer[], timestamptz[]) is
'utl_private.rates_to of the n-th of some assets in the n-th of others at the n-th of some times,
for many times: all at once, each price looked up in an index. No row where there is no rate, nor
for an asset in itself.';
