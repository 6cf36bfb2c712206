create or replace function utl_private.families_of(held utl_private.position_terms[])
returns text[]
language plpgsql
immutable
as $families_of$
declare
    _position utl_private.position_terms;
    _families text[] := array[]::text[];
begin
    foreach _position in array held loop
        if _position.family <> all(_families) then
            _families := array_append(_families, _position.family);
        end if;
    end loop;
    return _families;
end
$families_of$;

comment on function utl_private.families_of(utl_private.position_terms[]) is
'The families of methods among positions, each once.';
