create or replace function utl_private.fold_average(legs refcursor)
returns setof utl_private.outcome
language plpgsql
as $fold_average$
declare
    leg utl_private.leg;                -- its quantity, amount and fee: what is not booked yet
    state utl_private.outcome;          -- the position's running state, and the entry being made
    held utl_private.open_lots;         -- the whole position as if it were one lot
    quantity numeric;
    amount numeric;
    cost_delta numeric;
begin
    for leg in execute utl_private.fetch_all(legs) loop
        if leg.position_id is distinct from state.position_id then
            if state.position_id is not null then
                state.part := null;
                return next state;
            end if;
            state := utl_private.opening_state(leg);
        end if;
        if state.is_late or leg.quantity = 0 then   -- a mark, or all went as the fee
            continue when state.is_late or leg.fee = 0;
            state := utl_private.booked(state, leg, null, null, 0, leg.amount, 0);
            return next state;
            continue;
        end if;

        if leg.rule in ('split', 'spin off') then
            continue when state.quantity_after = 0;
            held.quantity := state.quantity_after;
            held.cost := state.cost_after;
            leg.position_cost := state.cost_after;
            state := utl_private.rescale_part(state, leg, held, true);
            return next state;
            continue;
        end if;

        if state.quantity_after * leg.quantity < 0 then
            quantity := utl_private.closing_quantity(leg.quantity, state.quantity_after);
            cost_delta := -utl_private.part_of(state.cost_after, -quantity, state.quantity_after);
            amount := coalesce(utl_private.part_of(leg.amount, quantity, leg.quantity), cost_delta);
            state := utl_private.booked(state, leg, null, null, quantity, amount, cost_delta);
            return next state;
            continue when quantity = leg.quantity;
            leg.quantity := leg.quantity - quantity;
            leg.amount := leg.amount - amount;
            leg.fee := 0;
        end if;
        state := utl_private.opened(state, leg);
        return next state;
    end loop;
    if state.position_id is not null then
        state.part := null;
        return next state;
    end if;
end
$fold_average$;

comment on function utl_private.fold_average(refcursor) is
'Folds legs, ordered by position and then by time, into entries at weighted average cost. A leg
that opens adds its amount to the cost; a leg that closes takes cost × closed ÷ quantity; a leg
through zero closes first and opens with the rest. Returns each entry, and each position''s state
at its end.';
