create or replace view utl.position_fees as
with others as (
    select
        u.position_id, f.asset_id, -sum(f.received) as fees,
        case
            when i.kind = 'spot' and f.asset_id = i.base_asset_id
                then -sum(f.at_price) * i.multiplier
        end as in_cost_asset
    from utl.unit_costs as u
    inner join utl_private.instruments as i on u.instrument_id = i.instrument_id
    inner join utl_private.flows as f
        on
            u.book_id = f.book_id
            and u.instrument_id = f.instrument_id
            and (u.account_id is null or u.account_id = f.account_id)
    where f.kind = 'fill' and f.asset_id <> i.cost_asset_id and f.asset_id <> 0
    group by u.position_id, f.asset_id, i.kind, i.base_asset_id, i.multiplier
),

in_coin as (
    select o.position_id, sum(o.in_cost_asset) as in_cost_asset
    from others as o
    group by o.position_id
)

select
    u.book, u.account, u.instrument, u.costing, u.cost_asset as asset,
    trim_scale(u.fees - coalesce(c.in_cost_asset, 0)) as fees,
    u.position_id, u.book_id,
    trim_scale(u.fees - coalesce(c.in_cost_asset, 0)) as in_cost_asset
from utl.unit_costs as u
left join in_coin as c on u.position_id = c.position_id
where u.fees <> coalesce(c.in_cost_asset, 0)
union all
select
    u.book, u.account, u.instrument, u.costing, a.asset, trim_scale(o.fees),
    u.position_id, u.book_id, trim_scale(o.in_cost_asset)
from others as o
inner join utl.unit_costs as u on o.position_id = u.position_id
inner join utl_private.assets as a on o.asset_id = a.asset_id
where o.fees <> 0;

comment on view utl.position_fees is 'Fees of each position by the asset in which they were paid.';
comment on column utl.position_fees.book is 'The book.';
comment on column utl.position_fees.account is
'The account, where the costing pools by account; else null.';
comment on column utl.position_fees.instrument is 'What is traded.';
comment on column utl.position_fees.costing is 'The costing by which this is computed.';
comment on column utl.position_fees.asset is 'The asset in which they were paid.';
comment on column utl.position_fees.fees is 'Fees paid; rebates are negative.';
comment on column utl.position_fees.position_id is 'Id of the position.';
comment on column utl.position_fees.book_id is 'Id of the book.';
comment on column utl.position_fees.in_cost_asset is
'What they are in the cost asset, as they are in utl.unit_costs.fees: of the traded coin at the
prices of its fills; null for fees in a third asset, which are not in there.';
