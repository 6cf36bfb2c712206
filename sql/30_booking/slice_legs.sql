create or replace function utl_private.slice_legs(
    restatement_id bigint,
    slices utl_private.slice[],
    arrivals utl_private.leg[],
    held utl_private.position_terms[]
)
returns setof utl_private.leg
language sql
stable
as $slice_legs$
    with legs as (
        select s.point, k.leg
        from unnest(slices) as s
        inner join unnest(held) as h on (s.point).position_id = h.position_id
        inner join utl_private.waiting_legs as k
            on
                k.restatement_id = slice_legs.restatement_id
                and h.position_id = k.position_id
                and (k.effective_at, k.sequence, k.fill_id)
                >= ((s.point).effective_at, (s.point).sequence, (s.point).fill_id)
                and (k.effective_at, k.sequence, k.fill_id)
                < (s.until_at, s.until_sequence, s.until_id)
        union all
        select s.point, a::utl_private.leg
        from unnest(slices) as s
        inner join unnest(arrivals) as a on (s.point).position_id = a.position_id
    )

    select
        (l.leg).position_id, (l.leg).book_id, (l.leg).method,
        (l.leg).effective_at, (l.leg).sequence, (l.leg).fill_id,
        (l.leg).quantity, (l.leg).amount, (l.leg).fee, (l.leg).rank,
        (l.point).position_quantity, (l.point).position_cost, (l.point).position_realized_pnl,
        (l.point).position_fees, (l.point).position_opened_at, (l.point).last_effective_at,
        (l.point).last_sequence, (l.point).last_fill_id,
        (l.leg).rule, (l.leg).lot_id, (l.leg).lot_opened_at, (l.leg).lot_sequence,
        (l.leg).origin_id, (l.leg).chosen_quantity, (l.leg).place
    from legs as l
$slice_legs$;

comment on function utl_private.slice_legs(
    bigint, utl_private.slice[], utl_private.leg[], utl_private.position_terms[]
) is
'The waiting legs of slices of the positions held, and what arrives in them, each with the state in
which its slice starts.';
