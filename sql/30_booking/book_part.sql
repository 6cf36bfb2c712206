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
    else
        state.part := 1;
        state.effective_at := leg.effective_at;
        state.sequence := leg.sequence;
        state.fill_id := leg.fill_id;
    end if;
    state.rule := leg.rule;
    state.rank := leg.rank;
    state.lot_sequence := leg.lot_sequence;
    state.fee := leg.fee;
    state.fees_after := state.fees_after + leg.fee;
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
        if leg.amount is null then      -- it leaves at its cost
            state.amount := _cost_change;
        end if;
        if leg.rule = 'expense' then
            state.fee := state.fee - _cost_change;
            state.fees_after := state.fees_after - _cost_change;
        end if;
        state.realized_pnl := _cost_change - state.amount;
        state.realized_pnl_after := state.realized_pnl_after + state.realized_pnl;
    else
        state.amount := coalesce(leg.amount, 0);
        _cost_change := state.amount;
        state.realized_pnl := 0;
        state.opened_at := coalesce(state.opened_at, leg.effective_at);
        if leg.lot_opened_at is not null then
            state.lot_fill_id := leg.lot_id;
            state.lot_opened_at := leg.lot_opened_at;
        end if;
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
most all of it. Against nothing, or the same sign, all of it opens. A leg without an amount leaves
at its cost, which by the rule expense is a fee. Returns the entry and the
state after it; for each, exactly, cost after = cost before + amount + realized.';
