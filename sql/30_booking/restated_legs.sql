create or replace function utl_private.restated_legs(
    restatement_id bigint, points utl_private.leg[], new_legs utl_private.leg[]
)
returns setof utl_private.leg
language sql
stable
as $restated_legs$
    with legs as (
        select
            n.position_id, n.effective_at, n.sequence, n.fill_id,
            n.quantity, n.amount, n.fee, n.rank
        from unnest(new_legs) as n
        union all
        select
            u.position_id, u.effective_at, u.sequence, u.fill_id,
            u.quantity, u.amount, u.fee, u.rank
        from utl_private.undone_legs(restated_legs.restatement_id, points) as u
        inner join utl_private.position_terms as t on u.position_id = t.position_id
        where
            u.effective_at >= t.starts_at and u.effective_at < t.ends_at
            and not exists (
                select from unnest(new_legs) as n
                where n.position_id = u.position_id and n.fill_id = u.fill_id
            )
        union all
        select
            c.position_id, c.effective_at, c.sequence, c.fill_id,
            c.quantity, c.amount, c.fee, c.rank
        from unnest(points) as p
        inner join utl_private.position_terms as t on p.position_id = t.position_id
        cross join lateral utl_private.carried_legs(t) as c
        where p.effective_at < t.starts_at
    )

    select
        p.position_id, p.book_id, p.method,
        l.effective_at, l.sequence, l.fill_id, l.quantity, l.amount, l.fee, l.rank,
        s.quantity, s.cost, s.realized_pnl, s.fees, s.opened_at,
        s.effective_at, s.sequence, s.fill_id
    from unnest(points) as p
    cross join lateral utl_private.state_before(p) as s
    inner join legs as l on p.position_id = l.position_id
$restated_legs$;

comment on function utl_private.restated_legs(
    bigint, utl_private.leg[], utl_private.leg[]
) is
'The new legs and those of the superseded entries that they do not replace and that are still within
the time of the costing, each with the state of its position at the point from which it is folded
again. A point before the start of the costing asks for what the method before left, too.';
