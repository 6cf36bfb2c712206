create or replace function utl_private.settlement_of(instrument text)
returns text
language sql
stable
as $settlement_of$
    select a.asset
    from utl_private.instruments as i
    inner join utl_private.assets as a on i.settlement_asset_id = a.asset_id
    where i.instrument_id = utl.instrument_id(settlement_of.instrument)
$settlement_of$;

comment on function utl_private.settlement_of(text) is
'The asset in which an instrument settles. 22U01: no such instrument.';
