create or replace view utl_private.rate_hubs as
select n.asset_id
from (
    select l.base_asset_id as asset_id, l.quote_asset_id as neighbor_id
    from utl_private.latest_prices as l
    union all
    select l.quote_asset_id as asset_id, l.base_asset_id as neighbor_id
    from utl_private.latest_prices as l
) as n
where n.asset_id <> 0 and n.neighbor_id <> 0
group by n.asset_id
having count(distinct n.neighbor_id) > 1;

comment on view utl_private.rate_hubs is
'The assets that a chain of rates can pass: those with prices in, or of, at least two others.';
