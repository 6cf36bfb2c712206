create or replace view utl.assets as
select a.asset_id, a.asset, a.kind
from utl_private.assets as a;

comment on view utl.assets is 'What can be held: currencies, coins, securities.';
comment on column utl.assets.asset_id is 'Id of the asset, as facts carry it.';
comment on column utl.assets.asset is 'Its name: BTC, USDT, USD.';
comment on column utl.assets.kind is 'crypto, stablecoin, fiat, security, commodity or other.';
