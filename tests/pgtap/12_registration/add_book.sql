begin;
select plan(18);

select row_eq(
    $$
        select b.book, b.parent, b.reporting_asset, b.primary_costing from utl.add_book('desk') as b
    $$,
    row('desk'::text, null::text, 'USD'::text, 'wac'::text),
    'a_book_reports_in_dollars_at_average_cost_unless_told_otherwise'
);
select row_eq(
    $$ select a.asset, a.kind from utl.assets as a $$, row('USD'::text, 'fiat'::text),
    'its_reporting_asset_is_added'
);
select row_eq(
    $$ select b.* from utl.add_book('desk') as b $$,
    (select b from utl.books as b), 'the_same_call_returns_the_same_row'
);
select row_eq(
    $$
        select b.book, b.parent, b.reporting_asset, b.primary_costing
        from utl.add_book('sub', 'EUR', 'desk', 'fifo') as b
    $$,
    row('sub'::text, 'desk'::text, 'EUR'::text, 'fifo'::text),
    'a_book_has_the_settings_it_is_given'
);
select results_eq(
    $$
        select
            c.book, c.costing, c.method, c.pool, c.fees, c.rank_by, c.booking_order, c.is_primary
        from utl.costings as c order by c.book
    $$,
    $$
        values
        ('desk', 'wac', 'wac', 'book', 'expense', 'price', 'event_time', true),
        ('sub', 'fifo', 'fifo', 'book', 'expense', 'price', 'event_time', true)
    $$,
    'a_new_book_has_one_primary_costing'
);
select lives_ok(
    $$ select utl.add_book('sub', 'EUR', 'desk', 'fifo') $$, 'repeating_the_settings_is_no_error'
);
select throws_ok(
    $$ select utl.add_book('sub', 'USD', 'desk', 'fifo') $$,
    '23U02', 'book sub is there with other settings', 'another_reporting_asset_is_refused'
);
select throws_ok(
    $$ select utl.add_book('sub', 'EUR') $$,
    '23U02', 'book sub is there with other settings', 'another_parent_is_refused'
);
select throws_ok(
    $$ select utl.add_book('sub', 'EUR', 'desk', 'lifo') $$,
    '23U02', 'book sub is there with other settings', 'another_method_is_refused'
);
select throws_ok(
    $$ select utl.add_book('sub', 'EUR', 'desk', 'fifo', 'asset') $$,
    '23U02', 'book sub is there with other settings', 'another_basis_is_refused'
);
select throws_ok(
    $$ select utl.add_book('new', parent => 'desc') $$,
    '22U01', 'unknown book: ''desc''', 'an_unknown_parent_is_refused'
);
select throws_ok(
    $$ select utl.add_book('self', parent => 'self') $$,
    '22U01', 'unknown book: ''self''', 'a_book_cannot_be_its_own_parent'
);
select throws_ok(
    $$ select utl.add_book('new', method => 'average') $$, '23514',
    'new row for relation "costings" violates check constraint "costings_method_is_known"',
    'an_unknown_method_is_refused'
);
select throws_ok(
    $$ select utl.add_book(E'\t') $$, '23514',
    'new row for relation "books" violates check constraint "books_name_is_not_blank"',
    'a_blank_name_is_refused'
);
select throws_ok(
    $$ select utl.add_book(null) $$, '23502', null, 'a_book_without_a_name_is_refused'
);
select bag_eq(
    $$ select b.book from utl.books as b $$, array['desk', 'sub'], 'what_was_refused_is_not_there'
);

-- The method names the first costing; afterwards the mark of the primary one may have moved.
do $set_up$
begin
    perform utl.add_costing('sub', 'lifo', is_primary => true);
end
$set_up$;
select lives_ok(
    $$ select utl.add_book('sub', 'EUR', 'desk', 'fifo') $$,
    'repeating_it_is_no_error_when_another_costing_has_become_primary'
);
select results_eq(
    $$ select c.costing from utl.costings as c where c.book = 'sub' and c.is_primary $$,
    array['lifo'], 'repeating_it_does_not_move_the_primary_mark'
);

select * from finish();
rollback;
