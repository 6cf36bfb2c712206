begin;
select plan(20);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'other']) as a;
    perform utl.add_instrument('BTC/USD');
    perform utl.add_asset('ETH');
    perform utl.add_instrument('ETH/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo');
    perform utl.add_book('twin');
    perform utl.add_costing('twin', 'fifo');
end
$set_up$;

-- Nothing.
select lives_ok(
    $$ insert into utl.fills select f.* from utl.fills as f where false $$,
    'a_statement_without_rows_is_no_error'
);
select is_empty($$ select * from utl.unit_costs $$, 'a_statement_without_rows_books_nothing');

-- One statement, or one a fill.
call trade($$
    a 10:00 buy 3 @ 100 fee 1 USD
    b 10:01 buy 2 @ 110 fee 0.01 ETH
    c 10:02 sell 4 @ 130
    d 10:03 sell 3 @ 90
$$);
call trade($$ a 10:00 buy 3 @ 100 fee 1 USD $$, 'twin', account => 'other');
call trade($$ b 10:01 buy 2 @ 110 fee 0.01 ETH $$, 'twin', account => 'other');
call trade($$ c 10:02 sell 4 @ 130 $$, 'twin', account => 'other');
call trade($$ d 10:03 sell 3 @ 90 $$, 'twin', account => 'other');
select is(stand('wac', 'twin'), stand('wac'), 'four_statements_stand_where_one_does_by_average');
select is(
    journal('wac', 'twin'), journal('wac'), 'four_statements_write_the_journal_that_one_does'
);
select is(stand('fifo', 'twin'), stand('fifo'), 'four_statements_stand_where_one_does_by_lots');
select is(matched('fifo', 'twin'), matched('fifo'), 'four_statements_match_as_one_does');
select is(lots('fifo', 'twin'), lots('fifo'), 'four_statements_leave_the_lots_that_one_does');
select is(opened('wac'), '10:03, version 1', 'the_version_counts_one_statement_once');
select is(opened('wac', 'twin'), '10:03, version 4', 'the_version_counts_each_statement');

-- Several positions in one statement.
insert into utl.fills (
    venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
)
select
    format('%s in %s', i.instrument, b.book), '2026-01-05 11:00Z', 'buy', 10, 100,
    b.book_id, utl.account_id('main'), i.instrument_id
from utl.books as b
cross join utl.instruments as i;
select results_eq(
    $$ select p.book, p.instrument, p.quantity from utl.positions as p order by 1, 2 $$,
    $$
        values ('desk', 'BTC/USD', 8.0), ('desk', 'ETH/USD', 10),
        ('twin', 'BTC/USD', 8), ('twin', 'ETH/USD', 10)
    $$,
    'one_statement_moves_any_number_of_positions'
);

-- A fact that was refused leaves nothing behind.
select throws_ok(
    $$
        call tap.trade('
            x 12:00 buy 1 @ 100
            a 12:01 buy 1 @ 100
        ')
    $$,
    '23505', 'duplicate key value violates unique constraint "fills_are_recorded_once"',
    'a_statement_with_one_known_fill_is_refused'
);
select is_empty(
    $$ select * from utl.fills where venue_fill_id = 'x' $$, 'none_of_its_fills_is_there'
);
select is(opened('wac'), '11:00, version 2', 'none_of_its_fills_was_booked');

-- A transaction that is rolled back does neither.
do $rolled_back$
begin
    call tap.trade('y 12:00 buy 1 @ 100');
    raise sqlstate 'UUUUU';
exception
    when sqlstate 'UUUUU' then
        null;
end
$rolled_back$;
select is(opened('wac'), '11:00, version 2', 'what_is_rolled_back_was_never_booked');

-- RETURNING and MERGE do what they say.
select isnt_empty(
    $$
        insert into utl.fills (
            venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
        )
        values ('z', '2026-01-05 13:00Z', 'buy', 1, 100, 1, 1, 1)
        returning fill_id
    $$,
    'an_insert_can_return_the_fill'
);
select is(opened('wac'), '11:00, version 3', 'an_insert_that_returns_is_booked');
select lives_ok(
    $$
        merge into utl.fills as f
        using (values ('z'), ('zz')) as s (venue_fill_id) on f.venue_fill_id = s.venue_fill_id
        when not matched then insert (
            venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
        )
        values (s.venue_fill_id, '2026-01-05 13:00Z', 'buy', 1, 100, 1, 1, 1)
    $$,
    'a_merge_can_insert'
);
select is(opened('wac'), '11:00, version 4', 'a_merge_is_booked');
select is(
    (
        select p.quantity from utl.positions as p
        where p.book = 'desk' and p.instrument = 'BTC/USD'
    ),
    10::numeric, 'a_merge_books_what_was_not_matched'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
