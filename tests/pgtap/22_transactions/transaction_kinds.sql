begin;
select plan(11);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

select utl.record_deposit('desk', 'main', 2, 180, 'BTC/USD', reference => 'one');
select utl.cancel_transaction(t.transaction_id) from utl.transactions as t;
select throws_ok(
    $$ update utl.transactions set amount = 1 $$, '55U01',
    'update of transactions is refused: facts are never changed', 'a_transaction_never_changes'
);
select throws_ok(
    $$ delete from utl.transactions $$, '55U01',
    'delete of transactions is refused: facts are never changed', 'it_is_never_deleted'
);
select throws_ok(
    $$ truncate utl.transactions cascade $$, '55U01',
    'truncate of transactions is refused: facts are never changed', 'nor_are_all_of_them'
);
select throws_ok(
    $$ update utl.transaction_corrections set reason = '' $$, '55U01',
    'update of transaction_corrections is refused: facts are never changed',
    'a_correction_never_changes'
);
select throws_ok(
    $$ delete from utl.transaction_corrections $$, '55U01',
    'delete of transaction_corrections is refused: facts are never changed',
    'it_is_never_deleted_either'
);
select results_eq(
    $$ select k.kind from utl.transaction_kinds as k order by 1 $$,
    $$
        select m.kind[1]
        from pg_catalog.pg_constraint as c
        cross join lateral regexp_matches(
            pg_get_constraintdef(c.oid), '''(\w+)''', 'g'
        ) as m (kind)
        where c.conname = 'transactions_kind_is_known'
        order by 1
    $$,
    'the_list_of_kinds_is_that_of_the_table'
);
select is_empty(
    $$
        select f.field from utl.transaction_kinds as k
        cross join unnest(k.required || k.optional) as f (field)
        where f.field not in (
            select a.attname from pg_catalog.pg_attribute as a
            where a.attrelid = 'utl.transactions'::regclass and a.attnum > 0
        )
    $$,
    'its_fields_are_columns_of_the_table'
);
create function pg_temp.flaw(transaction jsonb) returns text language sql as $$
    select utl_private.transaction_flaw(jsonb_populate_record(
        null::utl.transactions, '{"fee": 0, "book_id": 1}' || transaction
    ))
$$;
select is(
    pg_temp.flaw('{"kind": "deposit", "account_id": 1, "instrument_id": 1, "quantity": 1}'), null,
    'what_has_its_fields_is_fine'
);
select is(
    pg_temp.flaw('{"kind": "deposit", "instrument_id": 1, "quantity": 1}'),
    'account_id is missing', 'a_missing_field_is_named'
);
select is(
    pg_temp.flaw(
        '{"kind": "deposit", "account_id": 1, "instrument_id": 1, "quantity": 1, "new_units": 2}'
    ),
    'it cannot have new_units', 'so_is_one_that_the_kind_does_not_have'
);
select is(
    pg_temp.flaw(
        '{"kind": "fee", "account_id": 1, "asset_id": 1, "quantity": -1, "fee": 2,
        "fee_asset_id": 1}'
    ),
    'it cannot have fee', 'a_fee_is_one_of_a_transfer'
);

select * from finish();
rollback;
