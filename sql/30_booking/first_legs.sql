create or replace function utl_private.first_legs(legs utl_private.leg[])
returns utl_private.leg[]
language plpgsql
immutable
as $first_legs$
declare
    _leg utl_private.leg;
    _last utl_private.leg;
    _first utl_private.leg[];
begin
    if legs is null then
        return null;
    end if;
    foreach _leg in array legs loop
        if _leg.position_id is distinct from _last.position_id then
            _first := array_append(_first, _leg);
            _last := _leg;
        end if;
    end loop;
    return _first;
end
$first_legs$;

comment on function utl_private.first_legs(utl_private.leg[]) is
'The first leg of each position, of legs ordered by position; null if there are none.';
