create or replace function utl_private.new_lot(leg utl_private.leg)
returns utl_private.open_lots
language sql
immutable
return row(
    leg.position_id,
    leg.rank,
    coalesce(leg.lot_opened_at, leg.effective_at),
    case when leg.lot_opened_at is null then leg.sequence else leg.lot_sequence end,
    case when leg.lot_opened_at is null then leg.fill_id else leg.lot_id end,
    leg.book_id,
    leg.quantity,
    coalesce(leg.amount, 0)
)::utl_private.open_lots;

comment on function utl_private.new_lot(utl_private.leg) is
'The lot that what is left of a leg opens; one that arrives was opened before, elsewhere.';
