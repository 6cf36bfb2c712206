create or replace function utl_private.carried_legs_after(
    points utl_private.leg[], changed utl_private.position_terms[]
)
returns utl_private.leg[]
language sql
stable
as $carried_legs_after$
    select array_agg(c)
    from unnest(changed) as t
    inner join unnest(points) as p on t.position_id = p.position_id
    cross join lateral utl_private.carried_legs(t) as c
    where p.effective_at < t.starts_at
$carried_legs_after$;

comment on function utl_private.carried_legs_after(
    utl_private.leg[], utl_private.position_terms[]
) is
'What the method before left, for the positions that are restated from before their start.';
