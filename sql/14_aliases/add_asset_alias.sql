-- Venues spell what they trade each in their own way: XXBTZUSD is BTC/USD at one, another's XBT is
-- BTC. An alias says so, of one venue: in facts of its accounts the symbol then means that.
create or replace function utl.add_asset_alias(venue text, symbol text, asset text)
returns utl.asset_aliases
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_asset_alias$
declare
    _alias utl.asset_aliases;
begin
    insert into utl_private.asset_aliases (venue_id, symbol, asset_id)
    values (
        utl.venue_id(add_asset_alias.venue), btrim(add_asset_alias.symbol),
        utl.asset_id(add_asset_alias.asset)
    )
    on conflict on constraint asset_aliases_mean_one_asset_a_venue do nothing;
    select x.* into _alias
    from utl.asset_aliases as x
    where x.venue = add_asset_alias.venue and x.symbol = btrim(add_asset_alias.symbol);
    if _alias.asset <> add_asset_alias.asset then
        raise exception '% is another asset at %', quote_literal(_alias.symbol), venue
        using
            errcode = '23U02',
            detail = format('It is %s, not %s.', _alias.asset, asset),
            hint = 'Take it away with utl.remove_asset_alias first, if that is wrong.';
    end if;
    return _alias;
end
$add_asset_alias$;

comment on function utl.add_asset_alias(text, text, text) is
'Adds how a venue spells an asset. In facts of its accounts the symbol means that from now on,
even if something else has it as its name. Repeating it changes nothing. 22U01: an unknown venue or
asset; 23U02: the symbol means another asset there; 23514: it is blank. Returns its row of
utl.asset_aliases.';
