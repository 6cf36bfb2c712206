create or replace view utl.instruments as
select
    i.instrument_id, i.instrument,
    case when i.instrument_id < 0 then 'inventory' else i.kind end as kind,
    b.asset as base, q.asset as quote, s.asset as settlement, c.asset as cost_asset,
    i.multiplier, i.is_inverse, i.expires_at
from utl_private.instruments as i
inner join utl_private.assets as b on i.base_asset_id = b.asset_id
inner join utl_private.assets as q on i.quote_asset_id = q.asset_id
inner join utl_private.assets as s on i.settlement_asset_id = s.asset_id
inner join utl_private.assets as c on i.cost_asset_id = c.asset_id;

comment on view utl.instruments is 'What is traded.';
comment on column utl.instruments.instrument_id is 'Id of the instrument, as facts carry it.';
comment on column utl.instruments.instrument is 'Its symbol, in the form of ccxt: BTC/USDT:USDT.';
comment on column utl.instruments.kind is
'spot, perpetual, future, option, equity or fx; or inventory: an asset counted in a currency, whose
id is negative, and which cannot be traded.';
comment on column utl.instruments.base is 'The asset bought or sold, or the underlying.';
comment on column utl.instruments.quote is 'The asset in which the price is quoted.';
comment on column utl.instruments.settlement is 'The asset in which profit and loss is paid.';
comment on column utl.instruments.cost_asset is
'The asset in which cost and realized PnL are counted: the quote of what is owned outright, the
settlement asset of a derivative.';
comment on column utl.instruments.multiplier is
'Size of one contract in the base asset (inverse: in the quote asset); 1 for what is owned
outright.';
comment on column utl.instruments.is_inverse is
'Whether profit is paid in the base asset, so that the value of a contract is multiplier ÷ price.';
comment on column utl.instruments.expires_at is 'When the contract expires, if it does.';
