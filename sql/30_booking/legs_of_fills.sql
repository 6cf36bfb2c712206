create or replace function utl_private.legs_of_fills(
    held utl_private.position_terms[], from_time timestamptz, to_time timestamptz
)
returns setof utl_private.leg
language sql
stable
as $legs_of_fills$
    with fill_legs as (
        select l.*, h.has_transactions and h.method <> 'wac' as may_choose
        from unnest(held) as h
        inner join utl_private.booked_fills as f
            on
                h.book_id = f.book_id
                and h.instrument_id = f.instrument_id
                and h.account_id in (0, f.account_id)
        cross join lateral utl_private.fill_leg(row(f.*)::utl.fills, h) as l
        where f.executed_at >= from_time and f.executed_at < to_time
    )

    select
        l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
        l.quantity, l.amount, l.fee, l.rank, l.position_quantity, l.position_cost,
        l.position_realized_pnl, l.position_fees, l.position_opened_at, l.last_effective_at,
        l.last_sequence, l.last_fill_id,
        l.rule, l.lot_id, l.lot_opened_at, l.lot_sequence, l.origin_id,
        l.chosen_quantity, l.place
    from fill_legs as l
    where
        not l.may_choose
        or not exists (select from utl_private.chosen_lots as c where c.fill_id = l.fill_id)
    union all
    select k.*
    from fill_legs as l
    inner join utl_private.chosen_lots as c on l.fill_id = c.fill_id
    cross join lateral utl_private.chosen_parts(
        (
            l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
            l.quantity, l.amount, l.fee, l.rank, l.position_quantity, l.position_cost,
            l.position_realized_pnl, l.position_fees, l.position_opened_at, l.last_effective_at,
            l.last_sequence, l.last_fill_id,
            l.rule, l.lot_id, l.lot_opened_at, l.lot_sequence, l.origin_id,
            l.chosen_quantity, l.place
        )::utl_private.leg,
        c.lots
    ) as k
    where l.may_choose
$legs_of_fills$;

comment on function utl_private.legs_of_fills(
    utl_private.position_terms[], timestamptz, timestamptz
) is
'The legs of the fills of positions in [from_time, to_time), as they are booked: one a fill, or one
for each lot that was chosen for it and one for the rest.';
