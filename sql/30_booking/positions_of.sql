create or replace function utl_private.positions_of(points utl_private.leg[])
returns utl_private.positions[]
language sql
stable
as $positions_of$
    select array_agg(p)
    from utl_private.positions as p
    inner join unnest(points) as b on p.position_id = b.position_id
$positions_of$;

comment on function utl_private.positions_of(utl_private.leg[]) is
'The positions of points, as they stand.';
