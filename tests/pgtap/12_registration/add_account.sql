begin;
select plan(10);

select row_eq(
    $$ select a.account, a.venue from utl.add_account('main', 'kraken') as a $$,
    row('main'::text, 'kraken'::text), 'an_account_is_added_with_its_venue'
);
select row_eq(
    $$ select a.* from utl.add_account('main', 'kraken') as a $$,
    (select a from utl.accounts as a), 'the_same_call_returns_the_same_row'
);
select row_eq(
    $$ select v.* from utl.add_venue('kraken') as v $$,
    (select v from utl.venues as v), 'a_venue_that_is_there_stays_as_it_is'
);
select throws_ok(
    $$ select utl.add_account('main', 'coinbase') $$,
    '23U02', 'account main is held at kraken, not at coinbase', 'an_account_does_not_move'
);
select results_eq(
    $$ select v.venue from utl.venues as v $$, array['kraken'],
    'a_refused_account_does_not_leave_its_venue_behind'
);
select throws_ok(
    $$ select utl.add_account(' ', 'kraken') $$, '23514',
    'new row for relation "accounts" violates check constraint "accounts_name_is_not_blank"',
    'a_blank_account_is_refused'
);
select throws_ok(
    $$ select utl.add_venue('') $$, '23514',
    'new row for relation "venues" violates check constraint "venues_name_is_not_blank"',
    'a_blank_venue_is_refused'
);
select throws_ok(
    $$ select utl.add_account(null, 'kraken') $$, '23502', null,
    'an_account_without_a_name_is_refused'
);
select throws_ok(
    $$ select utl.add_account('other', null) $$, '23502', null,
    'an_account_without_a_venue_is_refused'
);
select results_eq(
    $$ select a.account from utl.accounts as a $$, array['main'], 'what_was_refused_is_not_there'
);

select * from finish();
rollback;
