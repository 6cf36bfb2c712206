create or replace function utl.rate_at(
    from_asset text,
    to_asset text,
    at timestamptz default 'infinity',
    max_age interval default null
)
returns table (
    rate numeric, price_at timestamptz, age interval, path text[], is_stale boolean
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $rate_at$
    select
        r.rate, r.price_at, r.age,
        array(
            select a.asset
            from unnest(r.path) with ordinality as p (asset_id, place)
            inner join utl_private.assets as a on p.asset_id = a.asset_id
            order by p.place
        ),
        r.is_stale
    from utl_private.rates_to(
        array[utl.asset_id(from_asset)], array[utl.asset_id(to_asset)], rate_at.at, max_age
    ) as r
$rate_at$;

comment on function utl.rate_at(text, text, timestamptz, interval) is
'What one unit of an asset is worth in another at a time (infinity is now): directly, inverted, or
by way of up to two other assets, by pairs and by spot and fx instruments. Of several paths: fresh
before stale, then the fewest steps, then the one whose oldest price is the newest, then by way of
the assets added first. price_at and age: of the oldest price on the path, null and 0 for an asset
in itself, which is worth 1. is_stale: that is older than the setting price_max_age; prices older
than max_age are not looked at. Exact if nothing is inverted, else to 30 places, half away from
zero. No row where there is no rate: nothing is worth 1 unless a price says so, stablecoins
included. 22U01: unknown asset.';
