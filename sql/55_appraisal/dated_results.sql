create or replace function utl_private.dated_results(of_book_id integer, of_costing text)
returns table (
    account_id integer, instrument_id integer, kind text, at timestamptz, amount numeric,
    rate numeric
)
language sql
stable
as $dated_results$
    with costing as (
        select c.*, b.reporting_asset_id
        from utl_private.costings as c
        inner join utl_private.books as b on c.book_id = b.book_id
        where c.book_id = of_book_id and c.costing = of_costing
    ),

    results as materialized (
        select
            p.account_id, p.instrument_id, k.kind, i.cost_asset_id as asset_id,
            c.reporting_asset_id, e.effective_at as at, k.amount
        from costing as c
        inner join utl_private.positions as p
            on c.book_id = p.book_id and c.costing_id = p.costing_id
        inner join utl_private.instruments as i on p.instrument_id = i.instrument_id
        inner join utl_private.entries as e on p.position_id = e.position_id
        cross join lateral (
            values
            ('realized', e.realized_pnl),
            ('fee', case c.fees when 'expense' then -e.fee else 0 end)
        ) as k (kind, amount)
        where k.amount <> 0
        union all
        select
            case c.pool when 'account' then (d.flow).account_id else 0 end,
            (d.flow).instrument_id, a.kind, a.asset_id, c.reporting_asset_id, d.at, a.amount
        from costing as c
        cross join utl_private.dated_flows(of_book_id, '-infinity') as d
        left join utl_private.instruments as i on (d.flow).instrument_id = i.instrument_id
        cross join lateral utl_private.amounts_in(d.flow, i) as a
        where
            c.ends_at = 'infinity' and a.amount <> 0
            and utl_private.require_facts(of_book_id)
            and (c.basis = 'instrument' or not utl_private.is_in_inventory(d.flow, i))
        union all
        select
            case c.pool when 'account' then n.account_id else 0 end,
            n.instrument_id, n.kind, n.asset_id, c.reporting_asset_id, '-infinity', n.amount
        from costing as c
        cross join utl_private.inventory_income(of_book_id, 'infinity', 'infinity') as n
        where c.ends_at = 'infinity' and c.basis = 'asset'
    ),

    asked as (
        select
            array_agg(n.asset_id) as asset_ids, array_agg(n.reporting_asset_id) as to_asset_ids,
            array_agg(n.at) as times
        from results as n
        where n.asset_id <> n.reporting_asset_id
    )

    select
        r.account_id, r.instrument_id, r.kind, r.at, r.amount,
        case when r.asset_id = r.reporting_asset_id then 1 else t.rate end
    from results as r
    left join (
        select t.*
        from asked as q
        cross join lateral utl_private.rates_then(q.asset_ids, q.to_asset_ids, q.times) as t
    ) as t
        on (r.asset_id, r.reporting_asset_id, r.at) = (t.asset_id, t.to_asset_id, t.at)
$dated_results$;

comment on function utl_private.dated_results(integer, text) is
'What each moment brought a book by one costing: realized PnL, fees (paid is negative) and income by
kind, each in its asset, with the rate of that in the reporting asset of the book at that moment;
null where there is none. Of inventories at no time, for they are at their own rates.';
