create or replace function utl_private.opens_lot(
    lot_fill_id bigint, rule text, quantity numeric, quantity_after numeric
)
returns boolean
language sql
immutable
parallel safe
as $opens_lot$
    select lot_fill_id is null or (rule = 'arrive' and quantity * quantity_after > 0)
$opens_lot$;

comment on function utl_private.opens_lot(bigint, text, numeric, numeric) is
'Whether an entry opens a lot: it names none, or is the part that is left of one that arrives.';
