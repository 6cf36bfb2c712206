begin;
select plan(13);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

select utl.record_deposit(
    'desk', 'main', 2, 180, 'BTC/USD', occurred_at => at('09:00'), reference => 'one'
);
select is(
    (
        select count(distinct d.transaction_id)
        from utl.transactions as t
        cross join
            utl.record_deposit(
                'desk', 'main', 2.0, 180, 'BTC/USD', occurred_at => at('09:00'), reference => 'one',
                reason => 'sent again'
            ) as d
        where d.transaction_id = t.transaction_id
    ),
    1::bigint, 'a_repeated_call_returns_the_row_that_is_there'
);
select is((select count(*) from utl.transactions), 1::bigint, 'and_records_nothing');
select lives_ok(
    $$ select utl.record_deposit('desk', 'main', 2, 180, 'BTC/USD', reference => 'one') $$,
    'a_time_that_is_not_given_does_not_differ'
);
prepare other as select utl.record_deposit('desk', 'main', 3, 180, 'BTC/USD', reference => 'one');
select throws_ok(
    'other', '23U03', 'a transaction with reference ''one'' is there already, and another one',
    'another_transaction_needs_another_reference'
);
select throws_like(
    $$ select utl.record_withdrawal('desk', 'main', 2, 180, 'BTC/USD', reference => 'one') $$,
    '%is there already, and another one', 'even_one_of_another_kind'
);
select lives_ok(
    $$ select utl.record_deposit('desk', 'cold', 3, 180, 'BTC/USD', reference => 'one') $$,
    'another_account_has_references_of_its_own'
);
select utl.record_withdrawal('desk', 'main', 2, instrument => 'BTC/USD', reference => 'all');
select lives_ok(
    $$
        select utl.record_withdrawal('desk', 'main', 2, instrument => 'BTC/USD', reference => 'all')
    $$,
    'a_repeated_withdrawal_of_all_is_no_withdrawal_of_more_than_is_held'
);
select isnt(
    (utl.record_fee('desk', 'main', 1, 'USD')).reference,
    (utl.record_fee('desk', 'main', 1, 'USD')).reference,
    'without_a_reference_each_call_is_another_transaction'
);
select throws_ok(
    $$ select utl.record_deposit('desk', 'main', 2, 180, 'BTC/USD', reference => ' ') $$, '23514',
    'new row for relation "transactions" violates check constraint "transactions_have_a_reference"',
    'a_reference_is_not_blank'
);
select throws_ok(
    $$ select utl.record_deposit('desks', 'main', 2, 180, 'BTC/USD') $$, '22U01',
    'unknown book: ''desks''', 'an_unknown_book_is_refused'
);
select throws_ok(
    $$ select utl.record_deposit('desk', 'mian', 2, 180, 'BTC/USD') $$, '22U01',
    'unknown account: ''mian''', 'an_unknown_account_is_refused'
);
select throws_ok(
    $$ select utl.record_deposit('desk', 'main', 'NaN', 180, 'BTC/USD') $$, '23514',
    'new row for relation "transactions" violates check constraint '
    '"transactions_quantity_is_finite"',
    'a_quantity_is_a_number'
);
select throws_ok(
    $$
        insert into utl.transactions (
            occurred_at, book_id, account_id, instrument_id, kind, quantity
        )
        select at('09:00'), utl.book_id('desk'), 0, utl.instrument_id('BTC/USD'), 'deposit', 1
    $$,
    '23U01', 'a transaction refers to unknown account 0', 'a_plain_insert_has_ids_that_are_there'
);

select * from finish();
rollback;
