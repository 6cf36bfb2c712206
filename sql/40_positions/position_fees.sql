create or replace view utl.position_fees as
with in_coin as (
    select f.position_id, sum(f.in_cost_asset) as in_cost_asset
    from utl_private.position_fees as f
    group by f.position_id
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
    u.book, u.account, u.instrument, u.costing, a.asset, trim_scale(f.fees),
    u.position_id, u.book_id,
    case when t.coin_asset_id = f.asset_id then trim_scale(f.in_cost_asset) end
from utl_private.position_fees as f
inner join utl.unit_costs as u on f.position_id = u.position_id and f.book_id = u.book_id
inner join utl_private.position_terms as t on f.position_id = t.position_id
inner join utl_private.assets as a on f.asset_id = a.asset_id
where f.fees <> 0;

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
