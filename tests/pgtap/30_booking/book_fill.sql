begin;
select plan(21);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'other']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo');
    perform utl.add_costing('desk', 'hifo');
    perform utl.add_costing('desk', 'lifo', pool => 'account');
    perform utl.add_book('twin');
    perform utl.add_costing('twin', 'fifo');
    perform utl.add_costing('twin', 'hifo');
    perform utl.add_costing('twin', 'lifo', pool => 'account');
    perform utl.add_book('vault', basis => 'asset');
end
$set_up$;

create function pg_temp.is_short(
    venue_fill_id text, moment text, account text default 'main', instrument text default 'BTC/USD',
    book text default 'desk'
)
returns boolean
language sql
as $is_short$
    select utl_private.held_for((
        0, at(moment), at(moment), 0, utl.book_id(book), utl.account_id(account),
        utl.instrument_id(instrument), null, 'buy', 1, 100, 0, null, venue_fill_id, null
    )::utl.fills) is not null
$is_short$;

select is(
    pg_temp.is_short('a', '10:00'), false, 'a_position_that_is_missing_takes_the_general_way'
);
call trade($$ a 10:00 buy 3 @ 100 fee 1 USD $$);
select is(pg_temp.is_short('b', '10:01'), true, 'one_that_is_there_takes_the_short_way');
select is(
    pg_temp.is_short('b', '10:01', account => 'other'), false,
    'a_pool_that_is_missing_takes_the_general_way'
);

-- What it writes is what the general way writes.
call trade($$ b 10:01 buy 2 @ 110 fee 1 USD $$);
call trade($$ c 10:02 sell 4 @ 130 fee 1 USD $$);
call trade($$ d 10:03 sell 3 @ 90 fee -1 USD $$);
call trade($$ e 10:04 buy 5 @ 95 fee 1 USD $$);
call trade($$
    a 10:00 buy 3 @ 100 fee 1 USD
    b 10:01 buy 2 @ 110 fee 1 USD
    c 10:02 sell 4 @ 130 fee 1 USD
    d 10:03 sell 3 @ 90 fee -1 USD
    e 10:04 buy 5 @ 95 fee 1 USD
$$, 'twin', account => 'other');
select is(
    (select string_agg(stand(c), ' | ') from unnest(array['wac', 'fifo', 'hifo']) as c),
    (select string_agg(stand(c, 'twin'), ' | ') from unnest(array['wac', 'fifo', 'hifo']) as c),
    'they_come_to_the_same'
);
select is(
    (select string_agg(journal(c), ' | ') from unnest(array['wac', 'fifo', 'hifo']) as c),
    (select string_agg(journal(c, 'twin'), ' | ') from unnest(array['wac', 'fifo', 'hifo']) as c),
    'by_the_same_entries'
);
select is(
    (select string_agg(lots(c), ' | ') from unnest(array['fifo', 'hifo']) as c),
    (select string_agg(lots(c, 'twin'), ' | ') from unnest(array['fifo', 'hifo']) as c),
    'and_leave_the_same_lots'
);
select is(opened('fifo'), '10:04, version 5', 'each_statement_is_a_version');

-- What it leaves to the general way.
call trade($$ late 10:02 buy 1 @ 100 fee 1 USD $$);
call trade($$
    late 10:02 buy 1 @ 100 fee 1 USD
$$, 'twin', account => 'other');
select is(stand('hifo'), stand('hifo', 'twin'), 'a_late_fill_goes_to_its_place');
select throws_ok(
    $$
        insert into utl.fills (
            venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
        )
        values (
            'x', now(), 'buy', 1, 100, utl.book_id('twin'), -1, utl.instrument_id('BTC/USD')
        )
    $$,
    '23U01', 'a fill refers to unknown account -1', 'an_unknown_account_is_refused'
);
select throws_ok(
    $$
        insert into utl.fills (
            venue_fill_id, executed_at, side, quantity, price, fee, fee_asset_id,
            book_id, account_id, instrument_id
        )
        values (
            'x', now(), 'buy', 1, 100, 1, -1,
            utl.book_id('desk'), utl.account_id('main'), utl.instrument_id('BTC/USD')
        )
    $$,
    '23U01', 'a fill refers to unknown fee asset -1', 'so_is_an_unknown_fee_asset'
);
insert into utl.corrections (kind, account_id, venue_fill_id, reason)
values ('bust', utl.account_id('main'), 'busted', 'it came first');
select is(
    pg_temp.is_short('busted', '11:00'), false, 'a_fill_that_is_corrected_takes_the_general_way'
);
select utl.record_deposit('desk', 'main', 1, 100, 'ETH/USD', occurred_at => at('10:00'));
call trade($$ m 10:30 buy 1 @ 10 $$, instrument => 'ETH/USD');
select is(
    pg_temp.is_short('n', '11:00', instrument => 'ETH/USD'), true,
    'a_fill_after_the_transactions_of_its_position_takes_the_short_way'
);
select is(
    pg_temp.is_short('n', '10:00', instrument => 'ETH/USD'), false,
    'one_that_is_as_old_takes_the_general_way'
);
call trade($$ n 11:00 sell 1 @ 12 $$, instrument => 'ETH/USD');
select utl.amend_transaction(t.transaction_id, occurred_at => at('11:30'))
from utl.transactions as t;
select is(
    pg_temp.is_short('o', '11:10', instrument => 'ETH/USD'), false,
    'so_does_one_older_than_what_a_transaction_was_amended_to'
);
select is(
    pg_temp.is_short('o', '11:40', instrument => 'ETH/USD'), true, 'and_not_one_after_that'
);
call trade($$ o 11:40 buy 1 @ 11 $$, instrument => 'ETH/USD');
select utl.record_transfer('desk', 'main', 'other', 1, 'ETH/USD', occurred_at => at('11:50'));
select is(
    pg_temp.is_short('p', '11:55', instrument => 'ETH/USD'), false,
    'so_does_a_fill_where_lots_have_moved_on'
);
call trade($$ v 10:30 buy 1 @ 10 $$, 'vault');
select is(
    pg_temp.is_short('w', '11:00', book => 'vault'), false, 'so_does_a_book_with_inventories'
);
select utl.close_period('desk', at('10:30'));
select is(pg_temp.is_short('f', '10:29'), false, 'so_does_a_fill_of_a_closed_period');
select is(pg_temp.is_short('f', '10:30'), true, 'and_not_the_one_after_it');
select utl.change_costing('desk', 'lifo', at('12:00'), 'fifo');
select is(pg_temp.is_short('g', '11:00'), false, 'so_does_a_costing_that_changes');
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_short_ways');

select * from finish();
rollback;
