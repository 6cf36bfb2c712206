create or replace function utl_private.fold_ranked_lots(legs refcursor)
returns setof utl_private.outcome
language plpgsql
as $fold_ranked_lots$
declare
    leg utl_private.leg;                -- its quantity, amount and fee: what is not booked yet
    rest utl_private.leg;               -- of a leg that has chosen lots: for its next part
    state utl_private.outcome;          -- the position's running state, and the entry being made
    parts utl_private.outcome[];
    lot utl_private.open_lots;
    heap utl_private.open_lots[];       -- lots of this statement, the next to close at 1
    size integer;
    i integer;
    child integer;
    stored refcursor;                   -- lots open before it, the next to close waits at heap[0]
    is_forward boolean;
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
            heap := null;
            size := 0;
            rest := null;
            is_forward := leg.method <> 'lifo';
        end if;
        if leg.place > 1 and leg.fill_id = rest.fill_id then
            leg := utl_private.rest_of(leg, rest);
            rest := case when leg.chosen_quantity is not null then rest end;
        end if;
        if state.is_late or leg.quantity = 0 then   -- a mark, or all went as the fee
            continue when state.is_late or leg.fee = 0;
            state := utl_private.booked(state, leg, null, null, 0, leg.amount, 0);
            return next state;
        end if;

        if leg.chosen_quantity is not null or leg.rule in ('split', 'spin off') then
            stored := coalesce(stored, utl_private.stored_lots(leg));
            heap := utl_private.gathered_lots(heap, size, stored, leg);
            size := cardinality(heap) - 1;
            parts := utl_private.parts_of_lots(state, leg, heap);
            foreach state in array parts loop
                return next state;
            end loop;
            heap := utl_private.changed_lots(heap, parts);
            rest := utl_private.less_parts(leg, parts);
            continue;
        end if;

        while state.quantity_after * leg.quantity < 0 loop
            if coalesce(heap[0].quantity, 0) = 0 then
                stored := coalesce(stored, utl_private.stored_lots(leg));
                fetch stored into lot;
                heap[0] := lot;
            end if;
            i := (size > 0 and (
                heap[0].position_id is null or (heap[1] < heap[0]) = is_forward
            ))::integer;
            lot := heap[i];
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
            heap[i] := lot;
            continue when i = 0 or lot.quantity <> 0;

            size := size - 1;           -- off the heap: the last one sinks from the top
            loop
                child := 2 * i
                    + (2 * i < size and (heap[2 * i + 1] < heap[2 * i]) = is_forward)::integer;
                exit when child > size or (heap[size + 1] < heap[child]) = is_forward;
                heap[i] := heap[child];
                i := child;
            end loop;
            heap[i] := heap[size + 1];
        end loop;
        continue when leg.quantity = 0;

        lot := utl_private.new_lot(leg);
        size := size + 1;               -- onto the heap: the new one rises from the bottom
        i := size;
        while i > 1 and (lot < heap[i / 2]) = is_forward loop
            heap[i] := heap[i / 2];
            i := i / 2;
        end loop;
        heap[i] := lot;
        state := utl_private.opened(state, leg);
        return next state;
    end loop;
    if state.position_id is not null then
        state.part := null;
        return next state;
    end if;
end
$fold_ranked_lots$;

comment on function utl_private.fold_ranked_lots(refcursor) is
'Folds legs, ordered by position and then by time, into entries by lots in order of rank: the
lowest rank closes first, the oldest among equals (lifo: the youngest). The lots of the statement
are kept in a binary heap, those that were open before are read lazily from their index; all of
them only for a split, a spin-off, or a leg that has chosen its lot. Returns each entry, and each
position''s state at its end. The heap is worked on in place, and not by functions of its own:
they would copy it.';
