create or replace function utl_private.rates_at_moments(
    from_asset_ids integer[], to_asset_ids integer[], moments timestamptz[]
)
returns table (
    valued_at timestamptz, from_asset_id integer, to_asset_id integer, rate numeric,
    price_at timestamptz, is_stale boolean
)
language sql
stable
rows 10
as $rates_at_moments$
    select m.valued_at, r.*
    from unnest(moments) as m (valued_at)
    cross join lateral utl_private.rates_between(
        from_asset_ids, to_asset_ids, m.valued_at
    ) as r
$rates_at_moments$;

comment on function utl_private.rates_at_moments(integer[], integer[], timestamptz[]) is
'utl_private.rates_between at each of some moments.';
