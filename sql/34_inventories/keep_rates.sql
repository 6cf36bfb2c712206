create or replace function utl_private.keep_rates(
    fills utl.fills[], transactions utl.transactions[]
)
returns void
language plpgsql
as $keep_rates$
declare
    _is_instead boolean;
begin
    foreach _is_instead in array array[false, true] loop
        with wanted as materialized (
            select w.fact_id, w.asset_id, w.to_asset_id, w.happened_at
            from utl_private.rates_wanted(fills, transactions) as w
            where (w.instead_of_id is not null) = _is_instead
        ),

        asked as (
            select
                array_agg(n.asset_id) as asset_ids, array_agg(n.to_asset_id) as to_asset_ids,
                array_agg(n.happened_at) as times
            from (select distinct w.asset_id, w.to_asset_id, w.happened_at from wanted as w) as n
        )

        insert into utl.fact_rates (fact_id, asset_id, to_asset_id, rate, price_at)
        select w.fact_id, w.asset_id, w.to_asset_id, r.rate, r.price_at
        from asked as a
        cross join lateral utl_private.rates_then(a.asset_ids, a.to_asset_ids, a.times) as r
        inner join wanted as w
            on
                r.asset_id = w.asset_id and r.to_asset_id = w.to_asset_id
                and r.at = w.happened_at
        order by w.fact_id, w.asset_id;
    end loop;
end
$keep_rates$;

comment on function utl_private.keep_rates(utl.fills[], utl.transactions[]) is
'Records the rates that inventories need of facts, from the prices that are known now, as of when
they happened; those that are wanted only instead of others, where there are no others.';
