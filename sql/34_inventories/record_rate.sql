create or replace function utl.record_rate(
    fact_id bigint, asset text, to_asset text, rate numeric, reason text default null
)
returns utl.fact_rates
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_rate$
declare
    _rate utl.fact_rates;
begin
    if not exists (
        select
        from utl_private.inventory_places(array[record_rate.fact_id]) as v
        inner join utl_private.instruments as i on v.instrument_id = i.instrument_id
        where i.cost_asset_id = utl.asset_id(record_rate.to_asset)
    ) then
        raise exception 'fact % moves no inventory that is counted in %',
            coalesce(fact_id::text, 'null'), to_asset
        using
            errcode = '22U01',
            detail = format('The rate of %s was to be %s.', asset, rate),
            hint = 'fact_id is that of utl.missing_rates: a fill_id or a transaction_id.';
    end if;
    if exists (
        select from utl_private.inventory_places(array[record_rate.fact_id]) as v where v.is_closed
    ) then
        raise exception 'fact % is booked in a closed period', fact_id
        using
            errcode = '23U05',
            detail = format('The rate of %s was to be %s.', asset, rate),
            hint = 'Reopen the period with utl.reopen_period: what is reported must stay.';
    end if;
    if rate is null or not (rate > 0 and rate < 'Infinity') then
        raise exception 'a rate is not %', coalesce(rate::text, 'null')
        using
            errcode = '22U11',
            detail = format('It is of fact %s, %s in %s.', fact_id, asset, to_asset),
            hint = 'A rate is what one unit of the asset was worth: above 0, and finite.';
    end if;
    insert into utl.fact_rates (fact_id, asset_id, to_asset_id, rate, reason)
    values (
        record_rate.fact_id, utl.asset_id(asset), utl.asset_id(to_asset), record_rate.rate,
        record_rate.reason
    )
    returning * into _rate;
    perform utl_private.rebook_inventories(array[fact_id]);
    return _rate;
end
$record_rate$;

comment on function utl.record_rate(bigint, text, text, numeric, text) is
'Says what one unit of an asset was worth in the reporting currency of a book when a fact happened,
whatever the prices say, and books the fact again at that in its inventories. 22U01: unknown fact or
asset; 22U11: a rate that is not above 0; 23U05: the fact is of a closed period. Returns its row of
utl.fact_rates.';
