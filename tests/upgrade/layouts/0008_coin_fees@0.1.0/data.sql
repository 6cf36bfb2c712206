select utl.add_book('firm', 'USD');
select utl.add_book('mm', 'USDT', 'firm', 'fifo');
select utl.add_costing('mm', m) from unnest(array['wac', 'lifo', 'hifo', 'lofo']) as m;
select utl.add_costing('mm', 'wac', 'wac with fees', pool => 'account', fees => 'capitalize');
select utl.add_account('binance-1', 'binance'), utl.add_account('kraken-1', 'kraken');
select utl.add_instrument('BTC/USDT'), utl.add_instrument('BTC/USD:BTC', multiplier => 100);
select utl.add_asset('BNB');

-- Opens, adds, closes in part, turns through zero, and comes back, on two accounts.
insert into utl.fills (
    executed_at, sequence, book_id, account_id, instrument_id, side, quantity, price,
    fee, fee_asset_id, venue_fill_id
)
select
    timestamptz '2026-01-05 09:00Z' + n * interval '1 minute', n,
    utl.book_id('mm'),
    utl.account_id(case when n % 3 = 0 then 'kraken-1' else 'binance-1' end),
    utl.instrument_id('BTC/USDT'),
    case when n % 5 in (0, 3) then 'sell' else 'buy' end,
    0.1 * (1 + n % 7), 60000 + 13 * (n % 11),
    0.5 * (n % 4), utl.asset_id(case when n % 4 = 2 then 'BNB' else 'USDT' end),
    'release-' || n
from generate_series(1, 60) as n;

-- A late fill, an inverse contract, a duplicate, a conflict and a row that is rejected.
select r.outcome from utl.record_fills('[
    {"book": "mm", "account": "kraken-1", "instrument": "BTC/USDT", "venue_fill_id": "late",
     "side": "sell", "quantity": "3", "price": "60100", "executed_at": "2026-01-05T09:07:30Z"},
    {"book": "mm", "account": "kraken-1", "instrument": "BTC/USD:BTC", "venue_fill_id": "inverse",
     "side": "buy", "quantity": "7", "price": "60000", "executed_at": "2026-01-05T10:00:00Z"},
    {"book": "mm", "account": "kraken-1", "instrument": "BTC/USDT", "venue_fill_id": "late",
     "side": "sell", "quantity": "3.0", "price": "60100", "executed_at": "2026-01-05T09:07:30Z"},
    {"book": "mm", "account": "kraken-1", "instrument": "BTC/USDT", "venue_fill_id": "late",
     "side": "sell", "quantity": "4", "price": "60100", "executed_at": "2026-01-05T09:07:30Z"},
    {"book": "mm", "account": "kraken-1", "instrument": "BTC/USDT", "venue_fill_id": "bad",
     "side": "sell", "quantity": "-4", "price": "60100", "executed_at": "2026-01-05T09:07:30Z"}
]', 'release') as r;

-- Corrections: of fills that are there, one that waits for its fill, and one whose fill has come.
select utl.bust_fill('binance-1', 'release-4', 'busted');
select utl.amend_fill('binance-1', 'release-10', price => 60200, quantity => 0.4);
select utl.amend_fill('binance-1', 'release-4', fee => 0.25, fee_asset => 'USDT');
select utl.bust_fill('kraken-1', 'release-9');
select utl.bust_fill('kraken-1', 'not yet');
select utl.amend_fill('kraken-1', 'then', quantity => 1.5);
insert into utl.fills (
    executed_at, book_id, account_id, instrument_id, side, quantity, price, venue_fill_id
)
select
    timestamptz '2026-01-05 09:31:30Z', utl.book_id('mm'), utl.account_id('kraken-1'),
    utl.instrument_id('BTC/USDT'), 'buy', 1, 60050, 'then';

-- Fees in the coin, a change of method, prices, and a closed period with a late fill in it.
insert into utl.fills (
    executed_at, book_id, account_id, instrument_id, side, quantity, price, fee, fee_asset_id,
    venue_fill_id
)
select
    timestamptz '2026-01-05 11:00Z' + n * interval '1 minute',
    utl.book_id('mm'), utl.account_id('binance-1'), utl.instrument_id('BTC/USDT'),
    case when n % 3 = 0 then 'sell' else 'buy' end, 0.5, 61000 + n, 0.001,
    utl.asset_id('BTC'), 'coin-' || n
from generate_series(1, 9) as n;
select utl.change_costing('mm', 'wac', '2026-01-05 11:05Z');
select r.outcome from utl.record_prices('[
    {"instrument": "BTC/USDT", "source": "test", "bid": "61000", "ask": "61002",
     "at": "2026-01-05T12:00:00Z"},
    {"base": "USDT", "quote": "USD", "source": "test", "mark": "0.999",
     "at": "2026-01-05T12:00:00Z"}
]') as r;
select utl.close_period('mm', '2026-01-05 12:00Z', 'month end');
insert into utl.fills (
    executed_at, book_id, account_id, instrument_id, side, quantity, price, venue_fill_id
)
select
    timestamptz '2026-01-05 09:45Z', utl.book_id('mm'), utl.account_id('kraken-1'),
    utl.instrument_id('BTC/USDT'), 'buy', 2, 60075, 'too late';
select utl.bust_fill('binance-1', 'coin-2');
