begin;
select plan(10);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
end
$set_up$;
call trade($$ a 10:00 buy 1 @ 100 $$);

select throws_ok(
    $$ update utl.fills set price = 1 $$,
    '55U01', 'update of fills is refused: facts are never changed', 'a_fill_cannot_be_updated'
);
select throws_ok(
    $$ update utl.fills set price = 1 where false $$,
    '55U01', 'update of fills is refused: facts are never changed',
    'an_update_that_would_find_nothing_is_refused_as_well'
);
select throws_ok(
    $$ delete from utl.fills $$,
    '55U01', 'delete of fills is refused: facts are never changed', 'a_fill_cannot_be_deleted'
);
select throws_ok(
    $$ delete from utl.fills where false $$,
    '55U01', 'delete of fills is refused: facts are never changed',
    'a_delete_that_would_find_nothing_is_refused_as_well'
);
select throws_ok(
    $$ truncate utl.fills $$,
    '55U01', 'truncate of fills is refused: facts are never changed', 'fills_cannot_be_truncated'
);
select throws_ok(
    $$
        merge into utl.fills as f
        using (values ('a')) as s (venue_fill_id) on f.venue_fill_id = s.venue_fill_id
        when matched then delete
    $$,
    '55U01', 'delete of fills is refused: facts are never changed',
    'a_merge_cannot_delete_a_fill'
);
select throws_ok(
    $$
        insert into utl.fills (
            book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
        )
        values (1, 1, 1, 'a', 'buy', 2, 100, now())
        on conflict do nothing;
        update utl.fills set quantity = 2
    $$,
    '23505', 'duplicate key value violates unique constraint "fills_are_recorded_once"',
    'on_conflict_is_no_way_around_the_identity_of_a_fill'
);
select results_eq(
    $$ select f.venue_fill_id, f.quantity, f.price from utl.fills as f $$,
    $$ values ('a', 1.0, 100.0) $$, 'the_fact_is_as_it_was'
);
select is(stand('wac'), '1 at 100 cost 100, realized 0, fees 0, net 0', 'nothing_is_disturbed');
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
