create or replace function utl_private.next_slices(
    points utl_private.leg[], moves utl_private.move[]
)
returns utl_private.slice[]
language sql
immutable
as $next_slices$
    with waits as (
        select distinct on (m.to_position_id) m.*
        from unnest(moves) as m
        inner join unnest(points) as t on m.to_position_id = t.position_id
        inner join unnest(points) as f on m.from_position_id = f.position_id
        where
            (m.effective_at, m.sequence, m.transaction_id)
            >= (t.effective_at, t.sequence, t.fill_id)
            and (m.effective_at, m.sequence, m.transaction_id)
            >= (f.effective_at, f.sequence, f.fill_id)
        order by m.to_position_id, m.effective_at, m.sequence, m.transaction_id
    )

    select array_agg((
        p,
        coalesce(w.effective_at, 'infinity'), coalesce(w.sequence, 0),
        coalesce(w.transaction_id, 0)
    )::utl_private.slice)
    from unnest(points) as p
    left join waits as w on p.position_id = w.to_position_id
$next_slices$;

comment on function utl_private.next_slices(utl_private.leg[], utl_private.move[]) is
'How far positions can be folded: up to the first lot that arrives from one that is not folded that
far. At least the first of all moves comes into reach.';
