create or replace function utl_private.restated_legs(
    restatement_id bigint,
    points utl_private.leg[],
    new_legs utl_private.leg[],
    changed utl_private.position_terms[]
)
returns setof utl_private.leg
language sql
stable
as $restated_legs$
    with legs as (
        select
            n.position_id, n.effective_at, n.sequence, n.fill_id,
            n.quantity, n.amount, n.fee, n.rank,
            n.rule, n.lot_id, n.lot_opened_at, n.lot_sequence, n.origin_id,
        n.chosen_quantity, n.place
        from unnest(new_legs) as n
        union all
        select
            u.position_id, u.effective_at, u.sequence, u.fill_id,
            u.quantity, u.amount, u.fee, u.rank,
            null, null, null, null, null, null, 1
        from utl_private.undone_legs(restated_legs.restatement_id) as u
        where
            not exists (
                select from unnest(new_legs) as n
                where n.position_id = u.position_id and n.fill_id = u.fill_id
            )
            and not exists (
                select from unnest(changed) as t
                where
                    t.position_id = u.position_id
                    and (u.effective_at < t.starts_at or u.effective_at >= t.ends_at)
            )
    )

    select
        p.position_id, p.book_id, p.method,
        l.effective_at, l.sequence, l.fill_id, l.quantity, l.amount, l.fee, l.rank,
        p.position_quantity, p.position_cost, p.position_realized_pnl, p.position_fees,
        p.position_opened_at, p.last_effective_at, p.last_sequence, p.last_fill_id,
        l.rule, l.lot_id, l.lot_opened_at, l.lot_sequence, l.origin_id,
        l.chosen_quantity, l.place
    from unnest(points) as p
    inner join legs as l on p.position_id = l.position_id
$restated_legs$;

comment on function utl_private.restated_legs(
    bigint, utl_private.leg[], utl_private.leg[], utl_private.position_terms[]
) is
'The new legs and those of the superseded entries that they do not replace, each with the state of
its position at the point from which it is folded again. In positions of costings that changed, only
those within the time of the costing.';
