create or replace function utl_private.restated_legs(
    restatement_id bigint, points utl_private.leg[], new_legs utl_private.leg[]
)
returns setof utl_private.leg
language sql
stable
as $restated_legs$
    with undone as (
        select
            s.position_id, s.effective_at, s.sequence, s.fill_id,
            sum(s.quantity) as quantity, sum(s.amount) as amount, sum(s.fee) as fee,
            coalesce(max(s.rank), 0) as rank
        from utl_private.superseded_entries as s
        inner join unnest(points) as p on s.position_id = p.position_id
        where s.restatement_id = restated_legs.restatement_id
        group by 1, 2, 3, 4
    ),

    legs as (
        select
            n.position_id, n.effective_at, n.sequence, n.fill_id,
            n.quantity, n.amount, n.fee, n.rank
        from unnest(new_legs) as n
        union all
        select
            u.position_id, u.effective_at, u.sequence, u.fill_id,
            u.quantity, u.amount, u.fee, u.rank
        from undone as u
    )

    select
        p.position_id, p.book_id, p.method,
        l.effective_at, l.sequence, l.fill_id, l.quantity, l.amount, l.fee, l.rank,
        s.quantity, s.cost, s.realized_pnl, s.fees, s.opened_at,
        '-infinity'::timestamptz, 0::bigint, 0::bigint
    from unnest(points) as p
    cross join lateral utl_private.state_before(p) as s
    inner join legs as l on p.position_id = l.position_id
$restated_legs$;

comment on function utl_private.restated_legs(
    bigint, utl_private.leg[], utl_private.leg[]
) is
'The new legs and those of the superseded entries, each with the state of its position at the point
from which it is folded again.';
