select utl.add_book('mm', 'USDT', method => 'fifo');
select utl.add_costing('mm', m) from unnest(array['wac', 'hifo']) as m;
select utl.add_costing('mm', 'fifo', 'by account', pool => 'account', fees => 'capitalize');
select utl.add_book('treasury', 'USDT', method => 'fifo');
select utl.add_account('binance-1', 'binance'), utl.add_account('cold', 'vault');
select utl.add_instrument(i) from unnest(array['BTC/USDT', 'BTC/USDT:USDT', 'NEW/USDT']) as i;
select utl.add_asset('BNB');

insert into utl.fills (
    executed_at, sequence, book_id, account_id, instrument_id, side, quantity, price,
    fee, fee_asset_id, venue_fill_id
)
select
    timestamptz '2026-01-05 09:00Z' + n * interval '1 minute', n,
    utl.book_id('mm'), utl.account_id('binance-1'),
    utl.instrument_id(case when n % 4 = 0 then 'BTC/USDT:USDT' else 'BTC/USDT' end),
    case when n % 5 in (0, 3) then 'sell' else 'buy' end,
    0.1 * (1 + n % 7), 60000 + 13 * (n % 11),
    0.001 * (n % 4), utl.asset_id((array['BNB', 'USDT', 'BTC'])[1 + n % 3]),
    'release-' || n
from generate_series(1, 60) as n;

-- Each kind of transaction that moves something, some of them before fills.
select utl.record_opening_balance(
    'mm', 'binance-1', 2, 90000, 'BTC/USDT', opened_at => '2024-05-01Z',
    occurred_at => '2026-01-05 08:00Z', reference => 'opening'
);
select utl.record_deposit(
    'mm', 'binance-1', 1.5, instrument => 'BTC/USDT', occurred_at => '2026-01-05 08:30Z',
    reference => 'deposit'
);
select utl.record_deposit(
    'mm', 'binance-1', 5, asset => 'BNB', occurred_at => '2026-01-05 08:30Z', reference => 'bnb'
);
select utl.record_transfer(
    'mm', 'binance-1', 'cold', 1.2, 'BTC/USDT', fee => 0.003, fee_value => 180,
    occurred_at => '2026-01-05 09:30:30Z', reference => 'to cold'
);
select utl.record_transfer(
    'mm', 'cold', 'cold', 0.4, 'BTC/USDT', to_book => 'treasury',
    occurred_at => '2026-01-05 09:40:30Z', reference => 'to treasury'
);
select utl.record_transfer(
    'mm', 'binance-1', 'cold', 2, asset => 'BNB', fee => 0.01,
    occurred_at => '2026-01-05 09:41Z', reference => 'bnb to cold'
);
select utl.record_funding(
    'mm', 'binance-1', 'BTC/USDT:USDT', -3.25, occurred_at => '2026-01-05 16:00Z',
    reference => 'funding'
);
select utl.record_network_fee(
    'mm', 'cold', 0.0005, instrument => 'BTC/USDT', occurred_at => '2026-01-05 17:00Z',
    reference => 'network fee'
);
select utl.record_split('BTC/USDT', 2, 1, occurred_at => '2026-01-05 18:00Z', reference => 'split');
select utl.record_conversion(
    'mm', 'cold', 'BTC/USDT', 0.5, 'NEW/USDT', 50, occurred_at => '2026-01-05 19:00Z',
    reference => 'conversion'
);
select utl.record_withdrawal(
    'mm', 'cold', 0.1, 6100, instrument => 'BTC/USDT', occurred_at => '2026-01-05 20:00Z',
    reference => 'withdrawal'
);

-- A choice of lots, a late fill, an amendment that completes a cost, and one that is cancelled.
select utl.choose_lots(
    (
        select jsonb_agg(jsonb_build_object('lot_id', o.lot_id))
        from utl.open_lots as o
        where o.book = 'treasury'
    ),
    'cold', 'chosen'
);
insert into utl.fills (
    executed_at, book_id, account_id, instrument_id, side, quantity, price, venue_fill_id
)
select
    timestamptz '2026-01-06 09:00Z', utl.book_id('treasury'), utl.account_id('cold'),
    utl.instrument_id('BTC/USDT'), 'sell', 0.2, 30500, 'chosen'
union all
select
    timestamptz '2026-01-05 08:15Z', utl.book_id('mm'), utl.account_id('binance-1'),
    utl.instrument_id('BTC/USDT'), 'buy', 0.7, 59000, 'late';
select utl.amend_transaction(t.transaction_id, amount => 84000)
from utl.transactions as t
where t.reference = 'deposit';
select utl.cancel_transaction(t.transaction_id, 'not ours')
from utl.transactions as t
where t.reference = 'withdrawal';
