create or replace function utl_private.rates_then(
    asset_ids integer[], to_asset_ids integer[], times timestamptz[]
)
returns table (
    asset_id integer, to_asset_id integer, at timestamptz, rate numeric, price_at timestamptz
)
language sql
stable
as $rates_then$
    with direct as materialized (
        select d.* from utl_private.direct_rates(asset_ids, to_asset_ids, times) as d
    ),

    others as materialized (
        select w.to_id, w.at, array_agg(distinct w.from_id) as from_ids
        from unnest(asset_ids, to_asset_ids, times) as w (from_id, to_id, at)
        where
            w.from_id <> w.to_id
            and not exists (
                select from direct as d
                where d.asset_id = w.from_id and d.to_asset_id = w.to_id and d.at = w.at
            )
        group by w.to_id, w.at
    )

    select d.asset_id, d.to_asset_id, d.at, d.rate, d.price_at
    from direct as d
    union all
    select r.asset_id, o.to_id, o.at, r.rate, r.price_at
    from others as o
    cross join lateral utl_private.rates_to(o.from_ids, array[o.to_id], o.at) as r
    union all
    select distinct w.from_id, w.to_id, w.at, 1::numeric, null::timestamptz
    from unnest(asset_ids, to_asset_ids, times) as w (from_id, to_id, at)
    where w.from_id = w.to_id
$rates_then$;

comment on function utl_private.rates_then(integer[], integer[], timestamptz[]) is
'utl_private.rates_to of the n-th of some assets in the n-th of others at the n-th of some times,
for many times: the usual case, one fresh price, is read from the index in one statement. No row
where there is no rate.';
