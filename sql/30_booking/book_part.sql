create or replace function utl_private.book_part(
    state utl_private.outcome,
    leg utl_private.leg,
    held_quantity numeric,
    held_cost numeric
)
returns utl_private.outcome
language plpgsql
immutable
as $book_part$
declare
    _cost_change numeric;
begin
    state.part := state.part + 1;
    state.fee := 0;
    if state.part = 1 then
        state.effective_at := leg.effective_at;
        state.sequence := leg.sequence;
        state.fill_id := leg.fill_id;
        state.rank := leg.rank;
        state.fee := leg.fee;
        state.fees_after := state.fees_after + leg.fee;
    end if;
    state.quantity := leg.quantity;
    state.amount := leg.amount;
    if held_quantity * leg.quantity >= 0 then
        _cost_change := leg.amount;
        state.opened_at := coalesce(state.opened_at, leg.effective_at);
    elsif abs(leg.quantity) < abs(held_quantity) then
        _cost_change := utl_private.share(held_cost, leg.quantity, held_quantity);
    else                                -- the last unit takes the whole rest of the cost
        _cost_change := -held_cost;
        if leg.quantity <> -held_quantity then
            state.quantity := -held_quantity;
            state.amount := utl_private.share(leg.amount, held_quantity, -leg.quantity);
        end if;
    end if;
    state.realized_pnl := _cost_change - state.amount;
    state.quantity_after := state.quantity_after + state.quantity;
    state.cost_after := state.cost_after + _cost_change;
    state.realized_pnl_after := state.realized_pnl_after + state.realized_pnl;
    if state.quantity_after = 0 then
        state.opened_at := null;
    end if;
    return state;
end
$book_part$;

comment on function utl_private.book_part(
    utl_private.outcome, utl_private.leg, numeric, numeric
) is
'Books as much as possible of what is left of a leg against what is held: the lot in use, or the
average. Of the same sign, or with nothing held, the leg opens and nothing is realized. Of the other
sign it closes held_cost × closed ÷ held_quantity, at most all of it. Returns the entry and the
state after it; for each, exactly, cost after = cost before + amount + realized.';
