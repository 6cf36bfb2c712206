begin;
select plan(21);

select
    is(
        (
            select concat_ws(' ', s.kind, s.base, s.quote, s.settlement, s.expires_at)
            from utl_private.parse_symbol(e.symbol) as s
        ),
        e.parsed, format('%s_reads_%s', e.symbol, e.parsed)
    )
from (
    values
    ('BTC/USDT', 'spot BTC USDT USDT'),
    ('BTC/USDT:USDT', 'perpetual BTC USDT USDT'),
    ('BTC/USD:BTC', 'perpetual BTC USD BTC'),
    ('BTC/USDT:USDT-261225', 'future BTC USDT USDT ' || '2026-12-25 08:00Z'::timestamptz),
    ('BTC/USD:BTC-240229', 'future BTC USD BTC ' || '2024-02-29 08:00Z'::timestamptz),
    (
        'BTC/USDT:USDT-261225-100000-C',
        'option BTC USDT USDT ' || '2026-12-25 08:00Z'::timestamptz
    ),
    ('XRP/USD:USD-261225-0.55-P', 'option XRP USD USD ' || '2026-12-25 08:00Z'::timestamptz),
    ('BRK.B/USD', 'spot BRK.B USD USD'),
    ('SOME-TOKEN/USD', 'spot SOME-TOKEN USD USD'),
    ('btc/usdt', 'spot btc usdt usdt'),
    ('BTC/USDT:USDT-261399', ''), ('BTC/USDT:USDT-260230', ''), ('BTC/USDT:USDT-260011-1-C', ''),
    ('BTCUSDT', ''), ('BTC-USDT', ''), ('BTC/USDT:USDT-261225-C', ''),
    ('BTC/USDT:USDT-261225-100000-X', ''), ('', ''), (' BTC/USDT', ''),
    ('BTC/USDT ', ''), (null, '')
) as e (symbol, parsed);

select * from finish();
rollback;
