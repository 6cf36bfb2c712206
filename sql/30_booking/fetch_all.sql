create or replace function utl_private.fetch_all(legs refcursor)
returns text
language sql
stable
return 'fetch all from ' || quote_ident(legs::text);

comment on function utl_private.fetch_all(refcursor) is
'The statement that brings all legs of a cursor. A loop over it costs half of a FETCH for each.';
