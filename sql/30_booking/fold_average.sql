create or replace function utl_private.fold_average(legs refcursor)
returns setof utl_private.outcome
language plpgsql
as $fold_average$
declare
    leg utl_private.leg;                -- its quantity, amount and fee: what is not booked yet
    state utl_private.outcome;          -- the position's running state, and the entry being made
    held utl_private.open_lots;         -- the whole position as if it were one lot
begin
    loop
        fetch legs into leg;
        if leg.position_id is distinct from state.position_id or leg.position_id is null then
            if state.position_id is not null then
                state.part := null;
                return next state;
            end if;
            exit when leg.position_id is null;
            state := utl_private.opening_state(leg);
        end if;
        continue when state.is_late or leg.quantity = 0;

        if leg.rule in ('split', 'spin off') then
            continue when state.quantity_after = 0;
            held.quantity := state.quantity_after;
            held.cost := state.cost_after;
            leg.position_cost := state.cost_after;
            state := utl_private.rescale_part(state, leg, held, true);
            return next state;
            continue;
        end if;
        loop
            held.quantity := state.quantity_after;
            held.cost := state.cost_after;
            state := utl_private.book_part(state, leg, held);
            return next state;
            exit when state.quantity = leg.quantity;
            leg.quantity := leg.quantity - state.quantity;
            leg.amount := leg.amount - state.amount;
            leg.fee := 0;
        end loop;
    end loop;
end
$fold_average$;

comment on function utl_private.fold_average(refcursor) is
'Folds legs, ordered by position and then by time, into entries at weighted average cost. A leg
that opens adds its amount to the cost; a leg that closes takes cost × closed ÷ quantity; a leg
through zero closes first and opens with the rest. Returns each entry, and each position''s state
at its end.';
