create or replace function utl.add_instrument_alias(venue text, symbol text, instrument text)
returns utl.instrument_aliases
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_instrument_alias$
declare
    _alias utl.instrument_aliases;
begin
    insert into utl_private.instrument_aliases (venue_id, symbol, instrument_id)
    values (
        utl.venue_id(add_instrument_alias.venue), btrim(add_instrument_alias.symbol),
        utl.instrument_id(add_instrument_alias.instrument)
    )
    on conflict on constraint instrument_aliases_mean_one_instrument_a_venue do nothing;
    select x.* into _alias
    from utl.instrument_aliases as x
    where x.venue = add_instrument_alias.venue and x.symbol = btrim(add_instrument_alias.symbol);
    if _alias.instrument <> add_instrument_alias.instrument then
        raise exception '% is another instrument at %', quote_literal(_alias.symbol), venue
        using
            errcode = '23U02',
            detail = format('It is %s, not %s.', _alias.instrument, instrument),
            hint = 'Take it away with utl.remove_instrument_alias first, if that is wrong.';
    end if;
    return _alias;
end
$add_instrument_alias$;

comment on function utl.add_instrument_alias(text, text, text) is
'Adds how a venue spells an instrument. In facts of its accounts the symbol means that from now on,
even if something else has it as its name. Repeating it changes nothing. 22U01: an unknown venue or
instrument; 23U02: the symbol means another instrument there; 23514: it is blank. Returns its row of
utl.instrument_aliases.';
