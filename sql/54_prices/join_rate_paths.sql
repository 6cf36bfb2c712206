create or replace function utl_private.join_rate_paths(
    heads utl_private.rate_path[], tails utl_private.rate_path[]
)
returns setof utl_private.rate_path
language sql
immutable
set enable_nestloop = off               -- the planner takes every array to be a short one
as $join_rate_paths$
    select distinct on (h.from_asset_id, t.to_asset_id)
        h.from_asset_id,
        t.to_asset_id,
        h.numerator * t.numerator,
        h.denominator * t.denominator,
        least(h.price_at, t.price_at),
        h.path || t.path[2:]
    from unnest(heads) as h
    inner join unnest(tails) as t on h.to_asset_id = t.from_asset_id
    order by
        h.from_asset_id asc, t.to_asset_id asc,
        least(h.price_at, t.price_at) desc, h.path || t.path[2:] asc
$join_rate_paths$;

comment on function utl_private.join_rate_paths(
    utl_private.rate_path[], utl_private.rate_path[]
) is
'Paths that go on where others end: of each two assets the one whose oldest price is the newest; of
several such, by way of the asset that was added first.';
