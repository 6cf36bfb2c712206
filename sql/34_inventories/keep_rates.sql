create or replace function utl_private.keep_rates(
    fills utl.fills[], transactions utl.transactions[]
)
returns bigint[]
language sql
as $keep_rates$
    with wanted as materialized (
        select w.* from utl_private.rates_wanted(fills, transactions) as w
    ),

    found as (
        select t.to_asset_id, t.happened_at, r.asset_id, r.rate, r.price_at
        from (
            select w.to_asset_id, w.happened_at, array_agg(distinct w.asset_id) as asset_ids
            from wanted as w
            group by w.to_asset_id, w.happened_at
        ) as t
        cross join lateral utl_private.rates_to(t.asset_ids, t.to_asset_id, t.happened_at) as r
    ),

    kept as (
        insert into utl.fact_rates (fact_id, asset_id, to_asset_id, rate, price_at)
        select w.fact_id, w.asset_id, w.to_asset_id, f.rate, f.price_at
        from wanted as w
        inner join found as f
            on
                w.to_asset_id = f.to_asset_id
                and w.happened_at = f.happened_at
                and w.asset_id = f.asset_id
        where
            not exists (
                select from found as o
                where
                    w.instead_of_id = o.asset_id
                    and w.to_asset_id = o.to_asset_id
                    and w.happened_at = o.happened_at
            )
        order by w.fact_id, w.asset_id
        returning fact_id
    )

    select array_agg(distinct k.fact_id) from kept as k
$keep_rates$;

comment on function utl_private.keep_rates(utl.fills[], utl.transactions[]) is
'Records the rates that inventories need of facts, from the prices that are known now, as of when
they happened. Returns the facts that got one.';
