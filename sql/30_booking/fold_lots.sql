create or replace function utl_private.fold_lots(legs refcursor)
returns setof utl_private.outcome
language plpgsql
as $fold_lots$
declare
    leg utl_private.leg;                -- its quantity, amount and fee: what is not booked yet
    state utl_private.outcome;          -- the position's running state, and the entry being made
    lot utl_private.open_lots;          -- the lot in use; its quantity is 0 when there is none
    opened utl_private.open_lots[];     -- lots of this statement: fifo a queue, lifo a stack
    first integer;
    last integer;
    stored refcursor;                   -- lots open before it, the next to close first
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
            stored := utl_private.close_cursor(stored);
            lot.quantity := 0;
            first := 1;
            last := 0;
        end if;
        if state.is_late or leg.quantity = 0 then   -- a mark, or all went as the fee
            continue when state.is_late or leg.fee = 0;
            state := utl_private.booked(state, leg, null, null, 0, leg.amount, 0);
            return next state;
        end if;
        while state.quantity_after * leg.quantity < 0 loop
            if lot.quantity = 0 and leg.method = 'lifo' and last > 0 then
                lot := opened[last];
                last := last - 1;
            elsif lot.quantity = 0 then
                stored := coalesce(stored, utl_private.stored_lots(leg));
                fetch stored into lot;
                continue when found;
                lot := opened[first];
                first := first + 1;
            end if;
            quantity := utl_private.closing_quantity(leg.quantity, lot.quantity);
            cost_delta := -utl_private.part_of(lot.cost, -quantity, lot.quantity);
            amount := coalesce(utl_private.part_of(leg.amount, quantity, leg.quantity), cost_delta);
            state := utl_private.booked(
                state, leg, lot.fill_id, lot.opened_at, quantity, amount, cost_delta
            );
            return next state;
            lot.quantity := lot.quantity + quantity;
            lot.cost := lot.cost + cost_delta;
            leg.quantity := leg.quantity - quantity;
            leg.amount := leg.amount - amount;
            leg.fee := 0;
        end loop;
        continue when leg.quantity = 0;
        if leg.method = 'lifo' and lot.quantity <> 0 then
            last := last + 1;
            opened[last] := lot;
            lot.quantity := 0;
        end if;
        last := last + 1;
        opened[last] := utl_private.new_lot(leg);
        state := utl_private.opened(state, leg);
        return next state;
    end loop;
    if state.position_id is not null then
        state.part := null;
        return next state;
    end if;
end
$fold_lots$;

comment on function utl_private.fold_lots(refcursor) is
'Folds legs, ordered by position and then by time, into entries by lots in order of time: fifo
closes the oldest open lot first, lifo the youngest. Lots that were open before are read lazily,
as far as needed. Returns each entry, and each position''s state at its end.';
