create or replace function utl.add_venue(venue text)
returns utl.venues
language sql
security definer
set search_path = pg_catalog, pg_temp
as $add_venue$
    insert into utl_private.venues (venue)
    values (add_venue.venue)
    on conflict (venue) do nothing;
    select v.* from utl.venues as v where v.venue = add_venue.venue
$add_venue$;

comment on function utl.add_venue(text) is
'Adds a venue; one that is there stays as it is. Returns its row of utl.venues.';
