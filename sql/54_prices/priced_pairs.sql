create or replace view utl_private.priced_pairs as
select l.base_asset_id as asset_id, l.quote_asset_id as neighbor_id
from utl_private.latest_prices as l
where l.base_asset_id <> 0
union
select l.quote_asset_id as asset_id, l.base_asset_id as neighbor_id
from utl_private.latest_prices as l
where l.base_asset_id <> 0;

comment on view utl_private.priced_pairs is
'Any two assets of which one has prices in the other, both ways.';
