create or replace function utl_private.chosen_part(
    state utl_private.outcome, leg utl_private.leg, lot utl_private.open_lots
)
returns utl_private.outcome
language plpgsql
immutable
as $chosen_part$
declare
    _quantity numeric := sign(leg.quantity)
        * least(leg.chosen_quantity, abs(leg.quantity), abs(lot.quantity));
    _cost_delta numeric := -utl_private.part_of(lot.cost, -_quantity, lot.quantity);
    _amount numeric := coalesce(
        utl_private.part_of(leg.amount, _quantity, leg.quantity), _cost_delta
    );
begin
    return utl_private.booked(
        state, leg, lot.fill_id, lot.opened_at, _quantity, _amount, _cost_delta
    );
end
$chosen_part$;

comment on function utl_private.chosen_part(
    utl_private.outcome, utl_private.leg, utl_private.open_lots
) is
'The entry by which a leg closes the lot that it has chosen: at most what it chose, and what there
is of both.';
