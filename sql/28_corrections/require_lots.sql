create or replace function utl_private.require_lots(lots jsonb)
returns jsonb
language plpgsql
immutable
as $require_lots$
begin
    if jsonb_typeof(lots) is distinct from 'array'
        or exists (
            select from jsonb_array_elements(lots) as l
            where
                jsonb_typeof(l) is distinct from 'object'
                or (l ->> 'lot_id') !~ '^-?\d{1,19}$' or (l ->> 'lot_id') is null
                or coalesce((l ->> 'quantity') !~ '^\d+(\.\d+)?$', false)
        )
    then
        raise exception 'lots are not a list of lots'
        using
            errcode = '22U04',
            detail = format('They are %s.', coalesce(lots::text, 'null')),
            hint = 'Give [{"lot_id": 1, "quantity": "0.5"}, …], with ids of utl.open_lots.';
    end if;
    return lots;
end
$require_lots$;

comment on function utl_private.require_lots(jsonb) is
'The lots themselves. 22U04: they are no list of lots.';
