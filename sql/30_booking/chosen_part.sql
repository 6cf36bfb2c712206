create or replace function utl_private.chosen_part(
    leg utl_private.leg, lot utl_private.open_lots
)
returns utl_private.leg
language plpgsql
immutable
as $chosen_part$
declare
    _quantity numeric := sign(leg.quantity)
        * least(leg.chosen_quantity, abs(leg.quantity), abs(lot.quantity));
begin
    if _quantity <> leg.quantity then
        leg.amount := utl_private.share(leg.amount, _quantity, leg.quantity);
        leg.quantity := _quantity;
    end if;
    return leg;
end
$chosen_part$;

comment on function utl_private.chosen_part(utl_private.leg, utl_private.open_lots) is
'What of a leg closes the lot that it has chosen: at most what it chose, and what there is of
both.';
