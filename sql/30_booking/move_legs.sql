create or replace function utl_private.move_legs(
    before utl.fills[],
    after utl.fills[],
    marks utl_private.touched[],
    held utl_private.position_terms[],
    carried_at timestamptz
)
returns setof utl_private.leg
language sql
stable
as $move_legs$
    select
        l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
        l.quantity * m.share, l.amount * m.share, l.fee * m.share, l.rank,
        l.position_quantity, l.position_cost, l.position_realized_pnl, l.position_fees,
        l.position_opened_at, l.last_effective_at, l.last_sequence, l.last_fill_id,
        l.rule, l.lot_id, l.lot_opened_at, l.lot_sequence, l.origin_id,
        l.chosen_quantity, l.place
    from (
        select b::utl.fills as fill, 0 as share from unnest(before) as b
        union all
        select a::utl.fills, 1 from unnest(after) as a
    ) as m
    inner join unnest(held) as h
        on
            (m.fill).book_id = h.book_id
            and (m.fill).instrument_id = h.instrument_id
            and h.account_id in (0, (m.fill).account_id)
    cross join lateral utl_private.fill_leg(m.fill, h) as l
    union all
    select k.*
    from unnest(held) as h
    inner join unnest(marks) as m
        on
            m.book_id = h.book_id
            and m.instrument_id = h.instrument_id
            and h.account_id in (0, m.account_id)
    cross join lateral utl_private.mark_leg(
        h,
        case when h.by_arrival then m.recorded_at else m.first_at end,
        case when h.by_arrival then 0 else m.sequence end,
        m.fact_id
    ) as k
    where k.effective_at >= h.starts_at and k.effective_at < h.ends_at
    union all
    select k.*
    from unnest(held) as h
    cross join lateral utl_private.mark_leg(h, carried_at - interval '1 microsecond') as k
    where carried_at > '-infinity'
$move_legs$;

comment on function utl_private.move_legs(
    utl.fills[], utl.fills[], utl_private.touched[], utl_private.position_terms[], timestamptz
) is
'The legs that take fills back (of quantity 0, where they were before) and those that book them as
they are after; a mark where transactions were or are; and, for positions that carry over what a
method before left at carried_at, a mark there.';
