create or replace view utl_private.check_inventories_are_those_of_flows as
with moved as (
    select
        f.book_id, m.asset_id, sum(m.quantity) as quantity
    from utl_private.flows as f
    left join utl_private.instruments as i on f.instrument_id = i.instrument_id
    cross join
        lateral (
            values (
                coalesce(i.kind in ('spot', 'equity', 'fx'), false),
                f.kind in ('conversion', 'expiry')
            )
        ) as o (is_owned, is_settled)
    cross join
        lateral (
            values
            (i.base_asset_id, f.quantity, o.is_owned),
            (i.quote_asset_id, -f.notional * i.multiplier, o.is_owned),
            (
                f.asset_id, f.received,
                case
                    when f.kind = 'fill' then o.is_owned or f.asset_id <> i.cost_asset_id
                    else o.is_owned or not o.is_settled
                end
            )
        ) as m (asset_id, quantity, is_meant)
    where m.is_meant and m.asset_id <> 0 and f.kind not in ('borrow', 'repay')
    group by f.book_id, m.asset_id
),

inventories as (
    select c.book_id, c.costing, i.base_asset_id as asset_id, sum(p.quantity) as quantity
    from utl_private.position_figures as p
    inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
    inner join utl_private.instruments as i on p.instrument_id = i.instrument_id
    where p.instrument_id < 0 and p.is_current
    group by c.book_id, c.costing, i.base_asset_id
),

expected as (
    select c.book_id, c.costing, m.asset_id, m.quantity
    from moved as m
    inner join utl_private.books as b on m.book_id = b.book_id
    inner join utl_private.costings as c on m.book_id = c.book_id
    where
        c.basis = 'asset' and c.is_built and c.ends_at = 'infinity'
        and m.asset_id <> b.reporting_asset_id
),

-- Splits change what is held and are no flow.
split as (
    select v.book_id, i.base_asset_id as asset_id
    from utl_private.inventory_transactions as v
    inner join utl_private.instruments as i on v.instrument_id = i.instrument_id
    where v.kind = 'split'
)

select
    coalesce(e.book_id, v.book_id) as book_id,
    coalesce(e.costing, v.costing) as costing,
    coalesce(e.asset_id, v.asset_id) as asset_id,
    e.quantity as quantity_of_flows,
    v.quantity
from expected as e
full join inventories as v
    on e.book_id = v.book_id and e.costing = v.costing and e.asset_id = v.asset_id
left join split as s
    on
        coalesce(e.book_id, v.book_id) = s.book_id
        and coalesce(e.asset_id, v.asset_id) = s.asset_id
where coalesce(e.quantity, 0) <> coalesce(v.quantity, 0) and s.asset_id is null;

comment on view utl_private.check_inventories_are_those_of_flows is
'Every inventory holds what the facts of its book brought and took of its asset';
