begin;
select plan(23);

do $set_up$
begin
    perform utl.add_account('kraken main', 'kraken');
    perform utl.add_account('kraken hedge', 'kraken');
    perform utl.add_instrument(i) from unnest(array['BTC/USDT', 'BTC/USDC', 'ETH/USDT']) as i;
    perform utl.add_book('market making');
end
$set_up$;

create function pg_temp.hint_of(statement text)
returns text
language plpgsql
as $hint_of$
declare
    _detail text;
    _hint text;
begin
    execute statement;
    return 'no error';
exception
    when others then
        get stacked diagnostics _detail = pg_exception_detail, _hint = pg_exception_hint;
        return _detail || ' ' || _hint;
end
$hint_of$;

select is(
    utl.asset_id(
        'BTC'), (
        select a.asset_id from utl.assets as a
        where a.asset = 'BTC'
    ),
    'an_asset_is_found_by_its_name'
);
select is(
    utl.venue_id('kraken'), (select v.venue_id from utl.venues as v), 'a_venue_is_found_by_its_name'
);
select is(
    utl.account_id('kraken main'),
    (
        select a.account_id from utl.accounts as a
        where a.account = 'kraken main'
    ),
    'an_account_is_found_by_its_name'
);
select is(
    utl.book_id('market making'), (select b.book_id from utl.books as b),
    'a_book_is_found_by_its_name'
);
select is(
    utl.instrument_id('BTC/USDT'),
    (
        select i.instrument_id from utl.instruments as i
        where i.instrument = 'BTC/USDT'
    ),
    'an_instrument_is_found_by_its_name'
);

select
    throws_ok(
        format('select utl.%s_id(''Nobody'')', k.kind), '22U01',
        format('unknown %s: ''Nobody''', k.kind),
        format('an_unknown_%s_is_an_error', k.kind)
    )
from unnest(array['asset', 'venue', 'account', 'book', 'instrument']) as k (kind);
select
    throws_ok(
        format('select utl.%s_id(null)', k.kind), '22U01', format('unknown %s: null', k.kind),
        format('no_name_is_no_%s', k.kind)
    )
from unnest(array['asset', 'venue', 'account', 'book', 'instrument']) as k (kind);
select throws_ok(
    $$ select utl.asset_id('btc') $$, '22U01', 'unknown asset: ''btc''', 'names_are_case_sensitive'
);

select is(
    pg_temp.hint_of('select utl.instrument_id(''BTCUSDT'')'),
    'Known instruments: 3. Add it with utl.add_instrument(…). '
    'The nearest known: ''BTC/USDT'', ''BTC/USDC'', ''ETH/USDT''.',
    'the_hint_names_the_nearest_known_the_most_alike_first'
);
select is(
    pg_temp.hint_of('select utl.account_id(''KRAKEN  MAIN'')'),
    'Known accounts: 2. Add it with utl.add_account(…). '
    'The nearest known: ''kraken main'', ''kraken hedge''.',
    'the_hint_does_not_mind_upper_case_and_blanks'
);
select is(utl_private.nearest_names('x', '{}'), null, 'nothing_known_is_no_hint');
select is(utl_private.nearest_names(null, '{a,b}') is not null, true, 'no_name_has_a_hint_too');
select is(
    utl_private.nearest_names('b', '{d,c,b,a}'), '''b'', ''a'', ''c''',
    'equally_distant_names_come_in_alphabetical_order_and_never_more_than_three'
);
select is(utl_private.name_distance('BTC', 'BTC'), 0, 'equal_names_have_no_distance');
select is(
    utl_private.name_distance('abc', 'bcd'), utl_private.name_distance('bcd', 'abc'),
    'distance_is_the_same_from_both_sides'
);

select * from finish();
rollback;
