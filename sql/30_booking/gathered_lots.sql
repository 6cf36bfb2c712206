create or replace function utl_private.gathered_lots(
    heap utl_private.open_lots[], size integer, stored refcursor, leg utl_private.leg
)
returns utl_private.open_lots[]
language plpgsql
as $gathered_lots$
declare
    _lot utl_private.open_lots;
    _lots utl_private.open_lots[] := heap[0:size];
    _gathered utl_private.open_lots[];
begin
    loop
        fetch stored into _lot;
        exit when not found;
        _lots := array_append(_lots, _lot);
    end loop;
    _gathered := array(
        select l
        from unnest(_lots) as l
        where l.quantity <> 0 and l.fill_id is distinct from leg.lot_id
        order by
            case when leg.method <> 'lifo' then l end asc,
            case when leg.method = 'lifo' then l end desc
    );
    _gathered[0] := (
        select l from unnest(_lots) as l where l.quantity <> 0 and l.fill_id = leg.lot_id
    );
    return _gathered;
end
$gathered_lots$;

comment on function utl_private.gathered_lots(
    utl_private.open_lots[], integer, refcursor, utl_private.leg
) is
'All open lots of the position that is being folded: those of the heap and those that the cursor has
yet to bring, in closing order from 1 on, which is a heap, too; in place 0 the lot that the leg has
chosen, if it is open.';
