create or replace function utl_private.fold_ranked_lots(legs refcursor)
returns setof utl_private.outcome
language plpgsql
as $fold_ranked_lots$
declare
    leg utl_private.leg;                -- its quantity and amount: what is not booked yet
    state utl_private.outcome;          -- the position's running state, and the entry being made
    lots utl_private.open_lots[];       -- lots of this statement from 1 on; 0 is the stored one
    lot utl_private.open_lots;
    heap integer[];                     -- their numbers, the lowest rank on top, then the oldest
    size integer;
    last integer;
    i integer;
    child integer;
    stored refcursor;                   -- lots open before this statement, the next to close first
begin
    loop
        fetch legs into leg;
        if leg.position_id is distinct from state.position_id then
            if state.position_id is not null then
                state.part := null;
                return next state;
            end if;
            exit when leg.position_id is null;
            state := utl_private.opening_state(leg);
            stored := utl_private.stored_lots(leg, stored);
            lot.quantity := 0;
            lots[0] := lot;
            size := 0;
            last := 0;
        end if;
        continue when state.is_late;

        state.part := 0;
        while state.quantity_after * leg.quantity < 0 loop
            if lots[0].quantity = 0 then
                fetch stored into lot;
                lots[0] := lot;         -- all null when there is none left
            end if;
            i := 0;
            if size > 0 and lots[heap[1]].rank < coalesce(lots[0].rank, 'Infinity') then
                i := heap[1];
            end if;
            lot := lots[i];
            state.lot_fill_id := lot.fill_id;
            state.lot_opened_at := lot.opened_at;
            state := utl_private.book_part(state, leg, lot.quantity, lot.cost);
            return next state;
            leg.quantity := leg.quantity - state.quantity;
            leg.amount := leg.amount - state.amount;
            lot.quantity := lot.quantity + state.quantity;
            lot.cost := lot.cost + state.amount + state.realized_pnl;
            lots[i] := lot;
            continue when i = 0 or lot.quantity <> 0;

            size := size - 1;           -- off the heap: the last number sinks from the top
            i := 1;
            loop
                child := 2 * i;
                child := child + (child < size and (lots[heap[child + 1]].rank, heap[child + 1])
                    < (lots[heap[child]].rank, heap[child]))::integer;
                exit when child > size or (lots[heap[size + 1]].rank, heap[size + 1])
                    < (lots[heap[child]].rank, heap[child]);
                heap[i] := heap[child];
                i := child;
            end loop;
            heap[i] := heap[size + 1];
        end loop;
        continue when leg.quantity = 0;

        last := last + 1;
        lots[last] := utl_private.new_lot(leg);
        size := size + 1;               -- onto the heap: the new number rises from the bottom
        i := size;
        while i > 1 and lots[heap[i / 2]].rank > leg.rank loop
            heap[i] := heap[i / 2];
            i := i / 2;
        end loop;
        heap[i] := last;
        state.lot_fill_id := null;
        state.lot_opened_at := null;
        state := utl_private.book_part(state, leg, 0, 0);
        return next state;
    end loop;
end
$fold_ranked_lots$;
