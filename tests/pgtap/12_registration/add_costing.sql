begin;
select plan(32);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'other']) as a;
    perform utl.add_instrument('BTC/USD');
    perform utl.add_asset('BNB');
    perform utl.add_book(b) from unnest(array['desk', 'before', 'after', 'empty']) as b;
end
$set_up$;

select row_eq(
    $$
        select
            c.book, c.costing, c.method, c.pool, c.fees, c.rank_by, c.booking_order, c.is_primary
        from utl.add_costing('desk', 'fifo') as c
    $$,
    row(
        'desk'::text, 'fifo'::text, 'fifo'::text, 'book'::text, 'expense'::text, 'price'::text,
        'event_time'::text, false
    ),
    'a_costing_is_named_after_its_method_unless_told_otherwise'
);
select row_eq(
    $$
        select
            c.book, c.costing, c.method, c.pool, c.fees, c.rank_by, c.booking_order, c.is_primary
        from utl.add_costing(
            'desk', 'hifo', 'tax', 'account', 'capitalize', 'unit_cost', 'arrival'
        ) as c
    $$,
    row(
        'desk'::text, 'tax'::text, 'hifo'::text, 'account'::text, 'capitalize'::text,
        'unit_cost'::text, 'arrival'::text, false
    ),
    'a_costing_has_the_settings_it_is_given'
);
select row_eq(
    $$ select c.* from utl.add_costing('desk', 'fifo') as c $$,
    (
        select c from utl.costings as c
        where c.costing = 'fifo'
    ), 'the_same_call_returns_the_same_row'
);
select
    throws_ok(
        format('select utl.add_costing(''desk'', %s)', s.arguments),
        '23U02', format('costing %s of book desk is there with other settings', s.name),
        format('a_costing_that_is_there_cannot_become_%s', s.arguments)
    )
from (
    values
    ('fifo', '''lifo'', ''fifo'''), ('fifo', '''fifo'', pool => ''account'''),
    ('fifo', '''fifo'', fees => ''capitalize'''), ('fifo', '''fifo'', rank_by => ''unit_cost'''),
    ('fifo', '''fifo'', booking_order => ''arrival'''),
    ('tax', '''hifo'', ''tax'', is_primary => true')
) as s (name, arguments);
select results_eq(
    $$ select c.costing from utl.costings as c where c.book = 'desk' and c.is_primary $$,
    array['wac'], 'what_was_refused_does_not_move_the_primary_mark'
);
select
    throws_ok(
        format('select utl.add_costing(''desk'', %s)', s.arguments), '23514',
        format('new row for relation "costings" violates check constraint "%s"', s.broken),
        format('%s_is_refused', s.arguments)
    )
from (
    values
    ('''average''', 'costings_method_is_known'), ('''FIFO''', 'costings_method_is_known'),
    ('''fifo'', ''x'', pool => ''venue''', 'costings_pool_is_known'),
    ('''fifo'', ''x'', fees => ''ignore''', 'costings_fees_are_known'),
    ('''hifo'', ''x'', rank_by => ''age''', 'costings_rank_is_known'),
    ('''fifo'', ''x'', booking_order => ''random''', 'costings_order_is_known'),
    ('''fifo'', '' ''', 'costings_name_is_not_blank')
) as s (arguments, broken);
select throws_ok(
    $$ select utl.add_costing('desk', null) $$, '23502', null,
    'a_costing_without_a_method_is_refused'
);
select throws_ok(
    $$ select utl.add_costing('desc', 'fifo') $$,
    '22U01', 'unknown book: ''desc''', 'an_unknown_book_is_refused'
);

-- The primary mark.
select ok(
    (select c.is_primary from utl.add_costing('desk', 'lifo', is_primary => true) as c),
    'a_new_costing_can_be_the_primary_one'
);
select results_eq(
    $$ select c.costing from utl.costings as c where c.book = 'desk' and c.is_primary $$,
    array['lifo'], 'the_mark_is_moved_and_not_doubled'
);
select ok(
    (select c.is_primary from utl.add_costing('desk', 'fifo', is_primary => true) as c),
    'a_costing_that_is_there_can_become_the_primary_one'
);
select ok(
    (select c.is_primary from utl.add_costing('desk', 'fifo') as c),
    'repeating_it_without_the_mark_does_not_take_it_away'
);
select results_eq(
    $$ select b.primary_costing from utl.books as b where b.book = 'desk' $$,
    array['fifo'], 'the_book_shows_its_primary_costing'
);

-- On a book with fills: as if it had been there from the start.
create function pg_temp.add_all(book text)
returns void
language sql
as $add_all$
    select utl.add_costing(book, m) from unnest(array['fifo', 'lifo', 'hifo', 'lofo']) as m;
    select utl.add_costing(book, 'wac', 'wac_by_account', 'account', 'capitalize');
    select utl.add_costing(book, 'fifo', 'fifo_by_account', 'account', 'capitalize');
    select utl.add_costing(
        book, 'hifo', 'hifo_by_arrival', rank_by => 'unit_cost', booking_order => 'arrival'
    );
$add_all$;

create function pg_temp.deal(book text)
returns void
language sql
as $deal$
    insert into utl.fills (
        venue_fill_id, executed_at, sequence, side, quantity, price, fee, fee_asset_id,
        book_id, account_id, instrument_id, recorded_at
    )
    select
        book || n, '2026-01-05 10:00Z'::timestamptz + ((n * 7) % 11) * interval '1 s', n,
        case when n % 5 < 2 then 'sell' else 'buy' end, 1 + n % 3, 100 + (n * 13) % 19, n % 4,
        utl.asset_id(case when n % 2 = 0 then 'USD' else 'BNB' end),
        utl.book_id(book), utl.account_id(case when n % 3 = 0 then 'other' else 'main' end),
        utl.instrument_id('BTC/USD'), '2026-01-07Z'::timestamptz + n * interval '1 s'
    from generate_series(1, 40) as n
$deal$;

do $deal$
begin
    perform pg_temp.add_all('before');
    perform pg_temp.deal('before');
    perform pg_temp.deal('after');
    perform pg_temp.add_all('after');
    perform pg_temp.add_all('empty');
end
$deal$;

create function pg_temp.compared(view_name text, columns text, book text)
returns text
language sql
as $compared$
    select format(
        'select %s from utl.%I where book = %L order by %1$s', columns, view_name, book
    )
$compared$;

select
    results_eq(
        pg_temp.compared(v.name, v.columns, 'after'), pg_temp.compared(v.name, v.columns, 'before'),
        format('a_costing_added_later_has_the_%s_of_one_that_was_there', v.name)
    )
from (
    values
    (
        'unit_costs',
        'costing, account, quantity, cost, realized_pnl, fees, net_pnl, opened_at, last_fill_at'
    ),
    (
        'position_entries',
        'costing, account, effective_at, sequence, part, quantity, amount, fee, realized_pnl, '
        'quantity_after, cost_after, realized_pnl_after, fees_after, lot_opened_at'
    ),
    ('open_lots', 'costing, account, opened_at, quantity, cost'),
    ('position_fees', 'costing, account, asset, fees')
) as v (name, columns);
select cmp_ok(
    (
        select count(distinct u.costing) from utl.unit_costs as u
        where u.book = 'after'
    ), '=', 8::bigint,
    'every_costing_has_its_positions'
);
select is_empty(
    $$ select u.costing from utl.unit_costs as u where u.book = 'empty' $$,
    'a_costing_of_a_book_without_fills_has_none'
);
call trade($$ x 12:00 sell 30 @ 100 $$, 'after');
call trade($$ y 12:00 sell 30 @ 100 $$, 'before');
select results_eq(
    pg_temp.compared('open_lots', 'costing, account, quantity, cost', 'after'),
    pg_temp.compared('open_lots', 'costing, account, quantity, cost', 'before'),
    'it_goes_on_as_one_that_was_there'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
