create or replace function utl_private.rate_paths(
    asset_ids integer[], to_asset_ids integer[], hub_ids integer[], at timestamptz,
    since timestamptz, steps integer
)
returns utl_private.rate_path[]
language plpgsql
stable
as $rate_paths$
declare
    _heads utl_private.rate_path[];
    _next integer[];
begin
    if steps = 1 then
        return array(
            select r::utl_private.rate_path
            from utl_private.rate_steps(asset_ids, to_asset_ids, at, since) as r
        );
    end if;
    _heads := array(
        select r::utl_private.rate_path
        from utl_private.rate_steps(asset_ids, hub_ids, at, since) as r
    );
    _next := array(select distinct h.to_asset_id from unnest(_heads) as h);
    return array(
        select r::utl_private.rate_path
        from utl_private.join_rate_paths(
            _heads, utl_private.rate_paths(_next, to_asset_ids, hub_ids, at, since, steps - 1)
        ) as r
    );
end
$rate_paths$;

comment on function utl_private.rate_paths(
    integer[], integer[], integer[], timestamptz, timestamptz, integer
) is
'The best path of so many steps from each of some assets to each of others by way of hubs, at a
time, by prices since a time. A path that passes an asset twice is never better than the shorter one
without the detour, so it need not be looked for.';
