create or replace function utl_private.chained_rates(
    asset_ids integer[], to_asset_ids integer[], times timestamptz[], steps integer
)
returns table (
    asset_id integer, to_asset_id integer, at timestamptz, numerator numeric, denominator numeric,
    price_at timestamptz
)
language plpgsql
stable
set enable_nestloop = off               -- the planner takes every array to be a short one
as $chained_rates$
begin
    if steps = 1 then
        return query
        select d.* from utl_private.direct_rates(asset_ids, to_asset_ids, times) as d;
        return;
    end if;
    return query
    with ways as materialized (
        select w.from_id, f.neighbor_id as hub_id, w.to_id
        from (
            select distinct n.from_id, n.to_id
            from unnest(asset_ids, to_asset_ids) as n (from_id, to_id)
        ) as w
        inner join utl_private.priced_pairs as f on w.from_id = f.asset_id
        inner join utl_private.priced_pairs as t on f.neighbor_id = t.asset_id
        where
            f.neighbor_id <> w.to_id
            and t.neighbor_id <> w.from_id and (t.neighbor_id = w.to_id) = (steps = 2)
        group by w.from_id, f.neighbor_id, w.to_id
    ),

    asked as materialized (
        select y.from_id, y.hub_id, y.to_id, n.at
        from unnest(asset_ids, to_asset_ids, times) as n (from_id, to_id, at)
        inner join ways as y on n.from_id = y.from_id and n.to_id = y.to_id
    ),

    tails as materialized (
        select r.*
        from (
            select
                array_agg(n.hub_id) as from_ids, array_agg(n.to_id) as to_ids,
                array_agg(n.at) as times
            from (select distinct a.hub_id, a.to_id, a.at from asked as a) as n
        ) as n
        cross join lateral utl_private.chained_rates(n.from_ids, n.to_ids, n.times, steps - 1) as r
    ),

    heads as materialized (
        select r.*
        from (
            select
                array_agg(n.from_id) as from_ids, array_agg(n.hub_id) as to_ids,
                array_agg(n.at) as times
            from (select distinct a.from_id, a.hub_id, a.at from asked as a) as n
        ) as n
        cross join lateral utl_private.direct_rates(n.from_ids, n.to_ids, n.times) as r
    )

    select distinct on (a.from_id, a.to_id, a.at)
        a.from_id, a.to_id, a.at, h.numerator * t.numerator, h.denominator * t.denominator,
        least(h.price_at, t.price_at)
    from asked as a
    inner join heads as h on a.from_id = h.asset_id and a.hub_id = h.to_asset_id and a.at = h.at
    inner join tails as t on a.hub_id = t.asset_id and a.to_id = t.to_asset_id and a.at = t.at
    order by
        a.from_id asc, a.to_id asc, a.at asc, least(h.price_at, t.price_at) desc, a.hub_id asc;
end
$chained_rates$;

comment on function utl_private.chained_rates(integer[], integer[], timestamptz[], integer) is
'As utl_private.direct_rates, by way of so many prices one after the other: of several ways the one
whose oldest price is the newest; of several such, by way of the asset that was added first.';
