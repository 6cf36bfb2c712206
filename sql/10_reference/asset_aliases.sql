create or replace view utl.asset_aliases as
select v.venue, x.symbol, n.asset
from utl_private.asset_aliases as x
inner join utl_private.venues as v on x.venue_id = v.venue_id
inner join utl_private.assets as n on x.asset_id = n.asset_id;

comment on view utl.asset_aliases is
'How venues spell assets: what comes from an account of the venue may have the symbol in place
of the name.';
comment on column utl.asset_aliases.venue is 'The venue.';
comment on column utl.asset_aliases.symbol is 'What the venue calls it.';
comment on column utl.asset_aliases.asset is 'What it is here.';
