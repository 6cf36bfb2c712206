create or replace function utl_private.lots_of(parts utl_private.outcome[])
returns utl_private.open_lots[]
language plpgsql
immutable
as $lots_of$
declare
    _part utl_private.outcome;
    _lot utl_private.open_lots;
    _lots utl_private.open_lots[];
begin
    foreach _part in array parts loop
        continue when _part.part is null or _part.quantity = 0;
        _lot.position_id := _part.position_id;
        _lot.book_id := _part.book_id;
        _lot.quantity := _part.quantity;
        _lot.cost := _part.amount + _part.realized_pnl;
        if _part.lot_fill_id is null then       -- it opens
            _lot.rank := _part.rank;
            _lot.opened_at := _part.effective_at;
            _lot.sequence := _part.sequence;
            _lot.fill_id := _part.fill_id;
        else
            _lot.sequence := null;
            _lot.fill_id := _part.lot_fill_id;
        end if;
        _lots := array_append(_lots, _lot);
    end loop;
    return _lots;
end
$lots_of$;

comment on function utl_private.lots_of(utl_private.outcome[]) is
'What the parts of one fill do to lots, each a change as change_lots takes it: one that names no lot
opens its own. One of nothing, whose fee took all, does nothing to any.';
