create or replace function utl_private.explain_unknown(checked utl_private.checked_fill[])
returns utl_private.checked_fill[]
language plpgsql
stable
as $explain_unknown$
declare
    _compared_max constant integer := 5;    -- to compare a name with all others takes its time
    _compared integer := 0;
    _reasons jsonb := jsonb_build_object();                 -- by kind and name
    _row record;
    _reason text;
begin
    for _row in
        select u.reason, row_number() over () as position, u.sqlstate
        from unnest(checked) as u
    loop
        continue when _row.sqlstate is distinct from '22U01';
        _reason := _reasons ->> _row.reason;
        if _reason is null then
            _reason := utl_private.unknown_reason(_row.reason, _compared < _compared_max);
            if _compared < _compared_max then
                _reasons := _reasons || jsonb_build_object(_row.reason, _reason);
                _compared := _compared + 1;
            end if;
        end if;
        checked[_row.position].reason := _reason;
    end loop;
    return checked;
end
$explain_unknown$;

comment on function utl_private.explain_unknown(utl_private.checked_fill[]) is
'Turns kind and name of what is unknown into the reason why a row is rejected. The first few names
get the nearest known ones besides.';
