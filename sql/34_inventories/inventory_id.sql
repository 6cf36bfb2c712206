create or replace function utl_private.inventory_id(asset_id integer, in_asset_id integer)
returns integer
language sql
stable
as $inventory_id$
    select i.instrument_id
    from utl_private.instruments as i
    where
        i.instrument_id < 0
        and i.base_asset_id = inventory_id.asset_id
        and i.cost_asset_id = inventory_id.in_asset_id
$inventory_id$;

comment on function utl_private.inventory_id(integer, integer) is
'The inventory of an asset in a currency, as an instrument; null for that of a currency in itself,
which has no cost to be counted.';
