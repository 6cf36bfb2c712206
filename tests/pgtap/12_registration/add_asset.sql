begin;
select plan(9);

select row_eq(
    $$ select a.asset, a.kind from utl.add_asset('BTC') as a $$, row('BTC'::text, 'crypto'::text),
    'an_asset_is_crypto_unless_told_otherwise'
);
select row_eq(
    $$ select a.asset, a.kind from utl.add_asset('EUR', 'fiat') as a $$,
    row('EUR'::text, 'fiat'::text),
    'an_asset_has_the_kind_it_is_given'
);
select row_eq(
    $$ select a.* from utl.add_asset('EUR', 'fiat') as a $$,
    (
        select a from utl.assets as a
        where a.asset = 'EUR'
    ),
    'the_same_call_returns_the_same_row'
);
select row_eq(
    $$ select a.asset, a.kind from utl.add_asset('EUR') as a $$, row('EUR'::text, 'fiat'::text),
    'an_asset_that_is_there_stays_as_it_is'
);
select is((select count(*) from utl.assets), 2::bigint, 'no_asset_is_there_twice');
select throws_ok(
    $$ select utl.add_asset('X', 'magic') $$, '23514',
    'new row for relation "assets" violates check constraint "assets_kind_is_known"',
    'an_unknown_kind_is_refused'
);
select throws_ok(
    $$ select utl.add_asset(' ') $$, '23514',
    'new row for relation "assets" violates check constraint "assets_name_is_not_blank"',
    'a_blank_name_is_refused'
);
select throws_ok(
    $$ select utl.add_asset(null) $$, '23502', null, 'an_asset_without_a_name_is_refused'
);
select is((select count(*) from utl.assets), 2::bigint, 'what_was_refused_is_not_there');

select * from finish();
rollback;
