create or replace function utl_private.rescale_part(
    state utl_private.outcome,
    leg utl_private.leg,
    held utl_private.open_lots,
    is_last boolean
)
returns utl_private.outcome
language plpgsql
immutable
as $rescale_part$
begin
    if leg.rule = 'split' then
        leg.quantity := utl_private.share(held.quantity, leg.quantity, leg.amount) - held.quantity;
        leg.amount := 0;
    else
        leg.quantity := 0;
        leg.amount := leg.amount * sign(leg.position_cost);
        leg.amount := case
            when is_last then leg.position_cost - state.cost_after - leg.amount
            when leg.position_cost = 0 then 0
            else -utl_private.share(leg.amount, held.cost, leg.position_cost)
        end;
    end if;
    return utl_private.booked(
        state, leg, held.fill_id, held.opened_at, leg.quantity, leg.amount, leg.amount
    );
end
$rescale_part$;

comment on function utl_private.rescale_part(
    utl_private.outcome, utl_private.leg, utl_private.open_lots, boolean
) is
'Books what a split or a spin-off does to what is held, a lot or the average. By a split quantity
becomes quantity × new units (the leg''s quantity) ÷ old units (its amount), rounded to 18 places,
and the cost stays. By a spin-off a share of the cost leaves, as large as the lot''s in
position_cost, the cost before it, and the quantity stays; the last lot gives the rest.';
