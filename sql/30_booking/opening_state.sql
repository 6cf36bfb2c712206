create or replace function utl_private.opening_state(leg utl_private.leg)
returns utl_private.outcome
language plpgsql
immutable
as $opening_state$
declare
    state utl_private.outcome;
begin
    state.is_late := (leg.effective_at, leg.sequence, leg.fill_id)
        < (leg.last_effective_at, leg.last_sequence, leg.last_fill_id);
    state.position_id := leg.position_id;
    state.book_id := leg.book_id;
    state.effective_at := leg.last_effective_at;
    state.sequence := leg.last_sequence;
    state.fill_id := leg.last_fill_id;
    state.quantity_after := leg.position_quantity;
    state.cost_after := leg.position_cost;
    state.realized_pnl_after := leg.position_realized_pnl;
    state.fees_after := leg.position_fees;
    state.opened_at := leg.position_opened_at;
    return state;
end
$opening_state$;

comment on function utl_private.opening_state(utl_private.leg) is
'The state in which a fold meets a position, from the position''s first leg. It is late if that leg
is older than the position''s last entry: then its place is not at the end, and it is not folded.';
