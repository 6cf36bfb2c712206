create or replace view utl_private.traded_coins as
select distinct i.base_asset_id as asset_id
from utl_private.instruments as i
inner join utl_private.assets as a on i.base_asset_id = a.asset_id
where i.kind = 'spot' and i.instrument_id > 0 and a.kind not in ('fiat', 'stablecoin');

comment on view utl_private.traded_coins is
'What is bought and sold itself, other than money: BTC of BTC/USDT, but no USDT.';
