create or replace view utl_private.rate_hubs as
select p.asset_id
from utl_private.priced_pairs as p
group by p.asset_id
having count(*) > 1;

comment on view utl_private.rate_hubs is
'The assets that a chain of rates can pass: those with prices in, or of, at least two others.';
