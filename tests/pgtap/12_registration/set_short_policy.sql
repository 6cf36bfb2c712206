begin;
select plan(10);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_book('desk');
    perform utl.add_book('other');
end
$set_up$;
call trade($$ a 10:00 sell 2 @ 100 $$);
call trade($$ b 10:00 buy 1 @ 100 $$, 'desk', 'ETH/USD');

select is_empty('select * from utl.flagged_shorts', 'shorts_are_allowed_unless_told_otherwise');
select utl.set_short_policy('flag', book => 'desk');
select results_eq(
    'select book, account, instrument, quantity, policy_of from utl.flagged_shorts',
    $$ values ('desk', null, 'BTC/USD', -2::numeric, 'book') $$,
    'a_short_of_a_book_is_flagged_and_a_long_is_not'
);
call trade($$ c 10:01 sell 1 @ 100 $$);
select is(
    (select s.quantity from utl.flagged_shorts as s), -3::numeric,
    'a_fill_that_makes_it_shorter_is_booked'
);
select utl.set_short_policy('allow', book => 'desk');
select is_empty('select * from utl.flagged_shorts', 'a_policy_can_be_taken_back');

select utl.set_short_policy('flag', account => 'main');
select results_eq(
    'select book, account, instrument, quantity, policy_of, opened_at from utl.flagged_shorts',
    $$ values ('desk', 'main', 'BTC/USD', -3::numeric, 'account', null::timestamptz) $$,
    'a_short_in_an_account_is_flagged_whatever_the_pool'
);
call trade($$ d 10:02 buy 3 @ 100 $$);
select is_empty('select * from utl.flagged_shorts', 'what_is_flat_is_not_flagged');

select
    throws_ok(
        format('select utl.set_short_policy(%s)', c.arguments), c.sqlstate, null, c.name
    )
from (
    values
    ('''refuse'', book => ''desk''', '22U06', 'no_policy_refuses_fills'),
    ('''flag''', '22U06', 'a_policy_is_of_something'),
    ('''flag'', book => ''desk'', account => ''main''', '22U06', 'and_of_one_thing'),
    ('''flag'', book => ''nobody''', '22U01', 'an_unknown_book_is_refused')
) as c (arguments, sqlstate, name);

select * from finish();
rollback;
