create or replace function utl_private.opens_lot(
    lot_fill_id bigint, rule text, quantity numeric, quantity_after numeric
)
returns boolean
language sql
immutable
parallel safe
as $opens_lot$
    select
        lot_fill_id is null
        or (
            rule is not null and rule not in ('split', 'spin off') and quantity * quantity_after > 0
        )
$opens_lot$;

comment on function utl_private.opens_lot(bigint, text, numeric, numeric) is
'Whether an entry opens a lot: it names none, or one of its own, as what arrives does.';
