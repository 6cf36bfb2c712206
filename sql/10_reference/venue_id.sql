create or replace function utl.venue_id(venue text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $venue_id$
declare
    _venue_id integer;
begin
    select t.venue_id into _venue_id
    from utl_private.venues as t
    where t.venue = venue_id.venue;
    if not found then
        perform utl_private.refuse_name(
            'venue', venue_id.venue, array(select t.venue from utl_private.venues as t)
        );
    end if;
    return _venue_id;
end
$venue_id$;

comment on function utl.venue_id(text) is
'The id of the venue of that name. 22U01 if there is none; the hint has the nearest known names.';
