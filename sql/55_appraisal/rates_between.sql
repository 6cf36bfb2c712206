create or replace function utl_private.rates_between(
    from_asset_ids integer[], to_asset_ids integer[], at timestamptz
)
returns table (
    from_asset_id integer, to_asset_id integer, rate numeric, price_at timestamptz,
    is_stale boolean
)
language sql
stable
as $rates_between$
    select r.asset_id, t.to_asset_id, r.rate, r.price_at, r.is_stale
    from (
        select p.to_asset_id, array_agg(distinct p.from_asset_id) as from_asset_ids
        from unnest(from_asset_ids, to_asset_ids) as p (from_asset_id, to_asset_id)
        where p.from_asset_id > 0 and p.to_asset_id > 0
        group by p.to_asset_id
    ) as t
    cross join lateral utl_private.rates_to(
        t.from_asset_ids, t.to_asset_id, rates_between.at
    ) as r
$rates_between$;

comment on function utl_private.rates_between(integer[], integer[], timestamptz) is
'The rates at a time from the n-th of some assets to the n-th of others, infinity being now; no row
where there is no rate.';
