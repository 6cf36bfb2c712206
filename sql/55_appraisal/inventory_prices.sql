create or replace function utl_private.inventory_prices(
    instrument_ids integer[], at timestamptz
)
returns table (instrument_id integer, price numeric, price_at timestamptz, source text)
language sql
stable
rows 10
as $inventory_prices$
    with inventories as (
        select i.instrument_id, i.base_asset_id, i.cost_asset_id
        from unnest(instrument_ids) as n (instrument_id)
        inner join utl_private.instruments as i on n.instrument_id = i.instrument_id
    )

    select distinct v.instrument_id, r.rate, r.price_at, 'rates'
    from inventories as v
    inner join utl_private.rates_between(
        (select array_agg(n.base_asset_id) from inventories as n),
        (select array_agg(n.cost_asset_id) from inventories as n),
        inventory_prices.at
    ) as r on v.base_asset_id = r.from_asset_id and v.cost_asset_id = r.to_asset_id
$inventory_prices$;

comment on function utl_private.inventory_prices(integer[], timestamptz) is
'What one unit of each inventory is worth at a time, infinity being now: the rate of its asset in
the currency in which it is counted; no row where there is none.';
