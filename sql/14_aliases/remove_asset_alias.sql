create or replace function utl.remove_asset_alias(venue text, symbol text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $remove_asset_alias$
    delete from utl_private.asset_aliases as x
    where
        x.venue_id = utl.venue_id(remove_asset_alias.venue)
        and x.symbol = btrim(remove_asset_alias.symbol)
$remove_asset_alias$;

comment on function utl.remove_asset_alias(text, text) is
'Takes a venue''s spelling of an asset away; one that is not there is no error. What was
recorded stays what it is. 22U01: an unknown venue.';
