create or replace function utl_private.booked(
    state utl_private.outcome,
    leg utl_private.leg,
    lot_fill_id bigint,
    lot_opened_at timestamptz,
    quantity numeric,
    amount numeric,
    cost_delta numeric
)
returns utl_private.outcome
language sql
immutable
return row(
    false,
    leg.position_id,
    leg.book_id,
    leg.effective_at,
    leg.sequence,
    leg.fill_id,
    case when state.fill_id = leg.fill_id then state.part + 1 else 1 end,
    lot_fill_id,
    lot_opened_at,
    quantity,
    amount,
    case when leg.rule = 'expense' then leg.fee - cost_delta else leg.fee end,
    cost_delta - amount,
    leg.rank,
    state.quantity_after + quantity,
    state.cost_after + cost_delta,
    state.realized_pnl_after + (cost_delta - amount),
    state.fees_after + case when leg.rule = 'expense' then leg.fee - cost_delta else leg.fee end,
    case
        when state.quantity_after + quantity <> 0 then coalesce(state.opened_at, leg.effective_at)
    end,
    leg.rule,
    leg.lot_sequence
)::utl_private.outcome;

comment on function utl_private.booked(
    utl_private.outcome, utl_private.leg, bigint, timestamptz, numeric, numeric, numeric
) is
'The entry that a part of a leg makes, and the state of the position after it: for each, exactly,
cost after = cost before + amount + realized. What opens changes the cost by its amount, so nothing
is realized; by the rule expense the cost that goes is a fee. All folds book by it: PL/pgSQL inlines
it where its arguments are variables.';
