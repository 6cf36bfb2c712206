begin;
select plan(19);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('away', 'bitmex');
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_book('desk');
end
$set_up$;

-- What becomes of a fill of a symbol, with a fee in something, in an account.
create function pg_temp.record(
    venue_fill_id text, symbol text, fee_asset text, account text, create_unknown boolean
)
returns text
language sql
as $record$
    select concat_ws(' ', r.outcome, r.sqlstate, r.reason)
    from utl.record_fills(
        jsonb_build_array(jsonb_build_object(
            'book', 'desk', 'account', account, 'instrument', symbol, 'side', 'buy',
            'venue_fill_id', venue_fill_id, 'quantity', 1, 'price', 100, 'fee', 1,
            'fee_asset', fee_asset, 'executed_at', '2026-01-05T10:00:00Z'
        )),
        create_unknown => create_unknown
    ) as r
$record$;

-- Adding.
select is(
    (select a::text from utl.add_instrument_alias('kraken', ' XXBTZUSD ', 'BTC/USD') as a),
    '(kraken,XXBTZUSD,BTC/USD)', 'an_alias_of_an_instrument_is_added_without_its_blanks'
);
select is(
    (select a::text from utl.add_asset_alias('kraken', 'XXBT', 'BTC') as a),
    '(kraken,XXBT,BTC)', 'an_alias_of_an_asset_is_added'
);
select lives_ok(
    $$ select utl.add_instrument_alias('kraken', 'XXBTZUSD', 'BTC/USD') $$,
    'to_add_an_alias_again_does_no_harm'
);
select throws_ok(
    $$ select utl.add_instrument_alias('kraken', 'XXBTZUSD', 'ETH/USD') $$,
    '23U02', '''XXBTZUSD'' is another instrument at kraken', 'an_instrument_alias_means_one_thing'
);
select throws_ok(
    $$ select utl.add_asset_alias('kraken', 'XXBT', 'ETH') $$,
    '23U02', '''XXBT'' is another asset at kraken', 'an_asset_alias_means_one_thing'
);
select throws_ok(
    $$ select utl.add_instrument_alias('nowhere', 'X', 'BTC/USD') $$,
    '22U01', 'unknown venue: ''nowhere''', 'an_alias_is_one_of_a_known_venue'
);
select throws_ok(
    $$ select utl.add_asset_alias('kraken', 'X', 'BTX') $$,
    '22U01', 'unknown asset: ''BTX''', 'an_alias_is_one_of_a_known_asset'
);
select throws_ok(
    $$ select utl.add_instrument_alias('kraken', ' ', 'BTC/USD') $$,
    '23514', null, 'an_alias_is_not_blank'
);

-- Fills.
select is(
    pg_temp.record('a', 'XXBTZUSD', 'XXBT', 'main', false), 'booked',
    'a_fill_may_spell_names_as_its_venue_does'
);
select is(
    pg_temp.record('a', 'BTC/USD', 'BTC', 'main', false), 'duplicate',
    'it_is_the_same_fill_by_its_names_here'
);
select is(
    pg_temp.record('a', 'XXBTZUSD', 'USD', 'main', false),
    'conflict 23U03 fill 1 says otherwise', 'with_another_fee_asset_it_is_a_conflict'
);
select is(
    (select c.differences from utl.fill_conflicts as c), '{"fee_asset": ["BTC", "USD"]}'::jsonb,
    'that_it_is_spelt_otherwise_is_no_difference'
);
select is(
    pg_temp.record('b', 'XXBTZUSD', 'USD', 'away', false),
    'rejected 22U01 unknown instrument ''XXBTZUSD''; the nearest known: ''BTC/USD'', ''ETH/USD''',
    'an_alias_is_none_at_another_venue'
);
select is(
    pg_temp.record('c', 'XXBTZUSD', 'XXBT', 'main', true), 'booked',
    'what_is_an_alias_is_not_created'
);
select is(
    (select array_agg(i.instrument order by i.instrument) from utl.instruments as i),
    array['BTC/USD', 'ETH/USD'], 'no_instrument_was_created'
);
select is(
    (select array_agg(a.asset order by a.asset) from utl.assets as a),
    array['BTC', 'ETH', 'USD'], 'no_asset_was_created'
);

-- Precedence.
do $$ begin
    perform utl.add_instrument('XXBTZUSD', 'spot', 'ETH', 'USD');
end $$;
select is(
    pg_temp.record('a', 'XXBTZUSD', 'XXBT', 'main', false), 'duplicate',
    'a_name_that_is_added_later_does_not_change_what_an_alias_means'
);
select is(
    pg_temp.record('d', 'XXBTZUSD', 'USD', 'away', false), 'booked',
    'where_it_is_no_alias_it_is_the_name'
);

-- Removing.
do $$ begin
    perform utl.remove_instrument_alias('kraken', 'XXBTZUSD');
    perform utl.remove_asset_alias('kraken', 'XXBT');
end $$;
select is_empty(
    $$
        select i.symbol from utl.instrument_aliases as i
        union all
        select a.symbol from utl.asset_aliases as a
    $$,
    'aliases_can_be_removed'
);

select * from finish();
rollback;
