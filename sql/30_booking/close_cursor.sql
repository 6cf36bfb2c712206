create or replace function utl_private.close_cursor(open_cursor refcursor)
returns refcursor
language plpgsql
as $close_cursor$
begin
    if open_cursor is not null then
        close open_cursor;
    end if;
    return null;
end
$close_cursor$;

comment on function utl_private.close_cursor(refcursor) is
'Closes a cursor if there is one, and returns null in its place.';
