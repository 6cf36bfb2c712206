create or replace function utl_private.recorded_transaction(transaction utl.transactions)
returns utl.transactions
language sql
stable
as $recorded_transaction$
    select t.*
    from utl.transactions as t
    where
        t.account_id = transaction.account_id
        and t.reference = transaction.reference
    union all
    select t.*
    from utl.transactions as t
    where
        transaction.account_id is null and t.account_id is null
        and t.book_id = transaction.book_id
        and t.instrument_id = transaction.instrument_id
        and t.reference = transaction.reference
$recorded_transaction$;

comment on function utl_private.recorded_transaction(utl.transactions) is
'What is recorded with the identity of a transaction: its reference within its account or, if it has
none, within its book and instrument. Null if nothing is.';
