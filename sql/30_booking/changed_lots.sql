create or replace function utl_private.changed_lots(
    lots utl_private.open_lots[], parts utl_private.outcome[]
)
returns utl_private.open_lots[]
language plpgsql
immutable
as $changed_lots$
begin
    for i in coalesce(array_lower(parts, 1), 0)..coalesce(array_upper(parts, 1), -1) loop
        lots[i].quantity := lots[i].quantity + parts[i].quantity;
        lots[i].cost := lots[i].cost + parts[i].amount + parts[i].realized_pnl;
    end loop;
    return lots;
end
$changed_lots$;

comment on function utl_private.changed_lots(
    utl_private.open_lots[], utl_private.outcome[]
) is
'Lots as entries leave them that are at the same places.';
