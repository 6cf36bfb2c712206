begin;
select plan(50);

create function pg_temp.added(arguments text)
returns text
language plpgsql
as $added$
declare
    _added text;
begin
    execute format(
        'select concat_ws('' '', kind, base, quote, settlement, cost_asset, multiplier, '
        'case when is_inverse then ''inverse'' else ''linear'' end, '
        'to_char(expires_at at time zone ''UTC'', ''YYYY-MM-DD HH24:MI'')) '
        'from utl.add_instrument(%s)',
        arguments
    ) into _added;
    return _added;
end
$added$;

select is(pg_temp.added(s.arguments), s.expected, format('%s_is_%s', s.arguments, s.expected))
from (
    values
    ('''BTC/USDT''', 'spot BTC USDT USDT USDT 1 linear'),
    ('''BTC/USDT:USDT''', 'perpetual BTC USDT USDT USDT 1 linear'),
    ('''BTC/USD:BTC''', 'perpetual BTC USD BTC BTC 1 inverse'),
    ('''BTC/USD:BTC'', multiplier => 1.0', 'perpetual BTC USD BTC BTC 1 inverse'),
    ('''ETH/USD:ETH'', multiplier => 10', 'perpetual ETH USD ETH ETH 10 inverse'),
    ('''ETH/USD:BTC'', multiplier => 0.01', 'perpetual ETH USD BTC BTC 0.01 linear'),
    (
        '''BTC/USDT:USDT-261225'', multiplier => 0.001',
        'future BTC USDT USDT USDT 0.001 linear 2026-12-25 08:00'
    ),
    ('''BTC/USD:BTC-261225''', 'future BTC USD BTC BTC 1 inverse 2026-12-25 08:00'),
    (
        '''BTC/USD:BTC-261225-100000-C''',
        'option BTC USD BTC BTC 1 linear 2026-12-25 08:00'
    ),
    (
        '''GC/USD:USD-260428'', multiplier => 100, expires_at => ''2026-04-28 17:30Z''',
        'future GC USD USD USD 100 linear 2026-04-28 17:30'
    ),
    ('''AAPL'', ''equity'', ''AAPL'', ''USD''', 'equity AAPL USD USD USD 1 linear'),
    ('''EURUSD'', ''fx'', ''EUR'', ''USD''', 'fx EUR USD USD USD 1 linear'),
    (
        '''ESH6'', ''future'', ''ES'', ''USD'', multiplier => 50, '
        'expires_at => ''2026-03-20 13:30Z''',
        'future ES USD USD USD 50 linear 2026-03-20 13:30'
    ),
    (
        '''XBTUSD'', ''perpetual'', ''BTC'', ''USD'', ''BTC''',
        'perpetual BTC USD BTC BTC 1 inverse'
    ),
    (
        '''XBTUSD2'', ''perpetual'', ''BTC'', ''USD'', ''BTC'', is_inverse => false',
        'perpetual BTC USD BTC BTC 1 linear'
    ),
    ('''EUR/USD'', ''fx''', 'fx EUR USD USD USD 1 linear'),
    ('''1000PEPE/USDT:USDT''', 'perpetual 1000PEPE USDT USDT USDT 1 linear')
) as s (arguments, expected);

select row_eq(
    $$ select i.* from utl.add_instrument('BTC/USD:BTC') as i $$,
    (
        select i from utl.instruments as i
        where i.instrument = 'BTC/USD:BTC'
    ),
    'the_same_call_returns_the_same_row'
);
select bag_has(
    $$ select a.asset from utl.assets as a $$,
    $$ values ('BTC'), ('USDT'), ('GC'), ('AAPL'), ('1000PEPE') $$, 'its_assets_are_added'
);

-- Not a symbol, and nothing else said.
select
    throws_ok(
        format('select utl.add_instrument(%L)', s.symbol),
        '22U02', format('instrument %s does not say what it is', s.symbol),
        format('%L_does_not_say_what_it_is', s.symbol)
    )
from unnest(array[
    '', ' ', 'BTC', 'BTCUSDT', 'BTC/', '/USDT', 'BTC/USDT:', 'BTC/USDT-261225', 'BTC/USDT:USDT-26',
    'BTC/USDT:USDT-2612251', 'BTC/USDT/X', 'BTC/USDT:USDT:USDT', 'BTC /USDT',
    'BTC/USDT:USDT-261225-1'
]) as s (symbol);
select throws_ok(
    $$ select utl.add_instrument(null) $$,
    '22U02', 'instrument null does not say what it is', 'nothing_does_not_say_what_it_is'
);
select throws_ok(
    $$ select utl.add_instrument('AAPL', 'equity') $$,
    '22U02', 'instrument AAPL does not say what it is', 'a_kind_alone_does_not_say_what_it_is'
);
select throws_ok(
    $$ select utl.add_instrument('BTC/USDT:USDT-261399') $$,
    '22U02', 'instrument BTC/USDT:USDT-261399 does not say what it is',
    'an_impossible_date_of_expiry_is_refused'
);

-- There already, with other terms.
select
    throws_ok(
        format('select utl.add_instrument(''BTC/USDT'', %s)', s.arguments),
        '23U02', 'instrument BTC/USDT is there with other terms',
        format('an_instrument_cannot_become_%s', s.arguments)
    )
from unnest(array[
    'multiplier => 2', 'kind => ''perpetual''', 'is_inverse => true', 'settlement => ''USDC''',
    'quote => ''USD''', 'base => ''ETH''', 'expires_at => ''2026-12-25Z'''
]) as s (arguments);

select
    throws_ok(
        format('select utl.add_instrument(''X/Y'', multiplier => %L)', m.multiplier), '23514',
        'new row for relation "instruments" violates check constraint '
        '"instruments_multiplier_is_positive"',
        format('a_multiplier_of_%s_is_refused', m.multiplier)
    )
from unnest(array['0', '-1', 'NaN', 'Infinity']) as m (multiplier);
select throws_ok(
    $$ select utl.add_instrument('X', 'swap', 'X', 'Y') $$, '23514',
    'new row for relation "instruments" violates check constraint "instruments_kind_is_known"',
    'an_unknown_kind_is_refused'
);
select throws_ok(
    $$ select utl.add_instrument(' ', 'equity', 'X', 'Y') $$, '23514',
    'new row for relation "instruments" violates check constraint "instruments_name_is_not_blank"',
    'a_blank_name_is_refused'
);
select is_empty(
    $$ select a.asset from utl.assets as a where a.asset in ('X', 'Y') $$,
    'a_refused_instrument_leaves_no_assets_behind'
);

select * from finish();
rollback;
