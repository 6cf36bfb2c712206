create or replace function utl.remove_instrument_alias(venue text, symbol text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $remove_instrument_alias$
    delete from utl_private.instrument_aliases as x
    where
        x.venue_id = utl.venue_id(remove_instrument_alias.venue)
        and x.symbol = btrim(remove_instrument_alias.symbol)
$remove_instrument_alias$;

comment on function utl.remove_instrument_alias(text, text) is
'Takes a venue''s spelling of an instrument away; one that is not there is no error. What was
recorded stays what it is. 22U01: an unknown venue.';
