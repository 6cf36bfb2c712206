insert into utl_private.assets (asset, kind) values
('BTC', 'crypto'), ('USDT', 'stablecoin'), ('USD', 'fiat');

insert into utl_private.instruments (
    instrument, kind, base_asset_id, quote_asset_id, settlement_asset_id, cost_asset_id, multiplier
)
select 'BTC/USDT', 'spot', b.asset_id, q.asset_id, q.asset_id, q.asset_id, 1
from utl_private.assets as b, utl_private.assets as q
where b.asset = 'BTC' and q.asset = 'USDT';

insert into utl_private.venues (venue) values ('binance');

insert into utl_private.accounts (account, venue_id)
select 'binance-main', venue_id from utl_private.venues;

insert into utl_private.books (book, reporting_asset_id)
select 'firm', asset_id from utl_private.assets
where asset = 'USD';

insert into utl_private.books (book, parent_book_id, reporting_asset_id)
select 'market-making', book_id, reporting_asset_id from utl_private.books;
