create or replace function utl_private.explain_unknown(
    incoming utl_private.incoming_fill[], checked utl_private.checked_fill[]
)
returns utl_private.checked_fill[]
language plpgsql
stable
as $explain_unknown$
declare
    _explained_max constant integer := 5;   -- to compare a name with all others takes its time
    _reasons jsonb := '{}';
    _place integer := 0;
    _fill utl_private.incoming_fill;
    _kind text;
    _name text;
begin
    foreach _fill in array incoming loop
        _place := _place + 1;
        continue when checked[_place].sqlstate is distinct from '22U01';
        _kind := checked[_place].reason;
        _name := utl_private.fill_content(_fill) ->> replace(_kind, ' ', '_');
        if _reasons ? (_kind || ' ' || _name) then
            checked[_place].reason := _reasons ->> (_kind || ' ' || _name);
        elsif (select count(*) from jsonb_object_keys(_reasons)) < _explained_max then
            checked[_place].reason := utl_private.unknown_reason(_kind, _name);
            _reasons := _reasons
                || jsonb_build_object(_kind || ' ' || _name, checked[_place].reason);
        else
            checked[_place].reason := format(
                'unknown %s %s', _kind, utl_private.quote_shortly(_name)
            );
        end if;
    end loop;
    return checked;
end
$explain_unknown$;

comment on function utl_private.explain_unknown(
    utl_private.incoming_fill[], utl_private.checked_fill[]
) is
'Turns the kind of an unknown name (book, account, instrument, fee asset) into the reason why its
row is rejected. The first few names get the nearest known ones besides.';
