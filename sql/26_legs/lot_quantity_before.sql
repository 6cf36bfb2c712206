create or replace function utl_private.lot_quantity_before(entry utl_private.entries)
returns numeric
language sql
stable
as $lot_quantity_before$
    select sum(e.quantity)
    from utl_private.entries as e
    where
        e.position_id = entry.position_id
        and (e.effective_at, e.sequence, e.fill_id)
        < (entry.effective_at, entry.sequence, entry.fill_id)
        and coalesce(e.lot_fill_id, e.fill_id) = entry.lot_fill_id
$lot_quantity_before$;

comment on function utl_private.lot_quantity_before(utl_private.entries) is
'What was open of the lot of an entry before its leg; null if the entry is of no lot.';
