create or replace function utl_private.fetched_legs(legs refcursor)
returns utl_private.leg[]
language plpgsql
as $fetched_legs$
declare
    _leg utl_private.leg;
    _legs utl_private.leg[];
begin
    loop
        fetch legs into _leg;
        exit when not found;
        _legs := array_append(_legs, _leg);
    end loop;
    return _legs;
end
$fetched_legs$;

comment on function utl_private.fetched_legs(refcursor) is
'All that a cursor has yet to bring; null if that is nothing.';
