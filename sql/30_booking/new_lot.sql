create or replace function utl_private.new_lot(leg utl_private.leg)
returns utl_private.open_lots
language plpgsql
immutable
as $new_lot$
declare
    lot utl_private.open_lots;
begin
    lot.position_id := leg.position_id;
    lot.rank := leg.rank;
    lot.book_id := leg.book_id;
    lot.quantity := leg.quantity;
    lot.cost := coalesce(leg.amount, 0);
    if leg.lot_opened_at is null then
        lot.opened_at := leg.effective_at;
        lot.sequence := leg.sequence;
        lot.fill_id := leg.fill_id;
    else                                -- it was opened before, in another position
        lot.opened_at := leg.lot_opened_at;
        lot.sequence := leg.lot_sequence;
        lot.fill_id := leg.lot_id;
    end if;
    return lot;
end
$new_lot$;

comment on function utl_private.new_lot(utl_private.leg) is
'The lot that what is left of a leg opens.';
