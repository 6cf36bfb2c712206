create or replace function utl_private.points_of_slices(slices utl_private.slice[])
returns utl_private.leg[]
language sql
stable
as $points_of_slices$
    select array_agg(k)
    from unnest(slices) as s
    inner join utl_private.position_terms as h on (s.point).position_id = h.position_id
    cross join lateral utl_private.mark_leg(
        h, s.until_at, s.until_sequence, s.until_id
    ) as k
    where s.until_at < 'infinity'
$points_of_slices$;

comment on function utl_private.points_of_slices(utl_private.slice[]) is
'Where positions go on that are not folded to their end, in the state they are in by now.';
