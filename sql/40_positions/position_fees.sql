create or replace view utl.position_fees as
select
    u.book, u.account, u.instrument, u.costing, u.cost_asset as asset, u.fees,
    u.position_id, u.book_id
from utl.unit_costs as u
where u.fees <> 0
union all
select
    u.book, u.account, u.instrument, u.costing, a.asset, trim_scale(f.fees),
    u.position_id, u.book_id
from utl_private.position_fees as f
inner join utl.unit_costs as u on f.position_id = u.position_id and f.book_id = u.book_id
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
