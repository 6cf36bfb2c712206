create or replace function utl_private.terms_of_points(
    points utl_private.leg[], held utl_private.position_terms[]
)
returns utl_private.position_terms[]
language sql
immutable
as $terms_of_points$
    select array_agg(h)
    from unnest(held) as h
    inner join unnest(points) as p on h.position_id = p.position_id
$terms_of_points$;

comment on function utl_private.terms_of_points(
    utl_private.leg[], utl_private.position_terms[]
) is
'Those of the positions held that are to be restated.';
