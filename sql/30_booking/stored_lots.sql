create or replace function utl_private.stored_lots(leg utl_private.leg)
returns refcursor
language plpgsql
as $stored_lots$
declare
    _lots refcursor;
begin
    if leg.method = 'lifo' then
        open _lots no scroll for
            select o.*
            from utl_private.open_lots as o
            where o.position_id = leg.position_id and leg.position_quantity <> 0
            order by o.rank desc, o.opened_at desc, o.sequence desc, o.fill_id desc;
    else
        open _lots no scroll for
            select o.*
            from utl_private.open_lots as o
            where o.position_id = leg.position_id and leg.position_quantity <> 0
            order by o.rank, o.opened_at, o.sequence, o.fill_id;
    end if;
    return _lots;
end
$stored_lots$;

comment on function utl_private.stored_lots(utl_private.leg) is
'A cursor over the open lots of the leg''s position, the first to close first. It reads the
index lazily: a fill into a position of 100,000 lots costs
what it costs with ten. A position that starts flat has none, whatever is stored: so a replay
from the facts does not see the lots of today.';
