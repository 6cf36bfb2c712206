create or replace function utl_private.book_part(
    state utl_private.outcome, leg utl_private.leg, held utl_private.open_lots
)
returns utl_private.outcome
language plpgsql
immutable
as $book_part$
declare
    _cost_change numeric;
begin
    if state.fill_id = leg.fill_id then
        state.part := state.part + 1;
        state.fee := 0;
    else
        state.part := 1;
        state.effective_at := leg.effective_at;
        state.sequence := leg.sequence;
        state.fill_id := leg.fill_id;
        state.rank := leg.rank;
        state.fee := leg.fee;
        state.fees_after := state.fees_after + leg.fee;
    end if;
    state.lot_fill_id := held.fill_id;
    state.lot_opened_at := held.opened_at;
    state.quantity := leg.quantity;
    state.amount := leg.amount;
    if held.quantity * leg.quantity < 0 then
        if abs(leg.quantity) < abs(held.quantity) then
            _cost_change := utl_private.share(held.cost, leg.quantity, held.quantity);
        else                            -- the last unit takes the whole rest of the cost
            _cost_change := -held.cost;
            if leg.quantity <> -held.quantity then
                state.quantity := -held.quantity;
                state.amount := utl_private.share(leg.amount, held.quantity, -leg.quantity);
            end if;
        end if;
        state.realized_pnl := _cost_change - state.amount;
        state.realized_pnl_after := state.realized_pnl_after + state.realized_pnl;
    else
        _cost_change := leg.amount;
        state.realized_pnl := 0;
        state.opened_at := coalesce(state.opened_at, leg.effective_at);
    end if;
    state.quantity_after := state.quantity_after + state.quantity;
    state.cost_after := state.cost_after + _cost_change;
    if state.quantity_after = 0 then
        state.opened_at := null;
    end if;
    return state;
end
$book_part$;

comment on function utl_private.book_part(
    utl_private.outcome, utl_private.leg, utl_private.open_lots
) is
'Books as much as possible of what is left of a leg against what is held: the lot in use, or the
average. A leg of the other sign closes: it takes cost × closed ÷ quantity of what is held, at
most all of it. Against nothing, or the same sign, all of it opens. Returns the entry and the
state after it; for each, exactly, cost after = cost before + amount + realized.';
