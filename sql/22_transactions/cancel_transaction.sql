create or replace function utl.cancel_transaction(
    transaction_id bigint, reason text default null
)
returns utl.transaction_corrections
language sql
security definer
set search_path = pg_catalog, pg_temp
as $cancel_transaction$
    insert into utl.transaction_corrections (transaction_id, kind, reason)
    select utl_private.known_transaction(transaction_id), 'cancel', reason
    returning *
$cancel_transaction$;

comment on function utl.cancel_transaction(bigint, text) is
'Takes a transaction back: it does not count any more. Cancelling it again changes nothing. 22U01:
there is no such transaction; 23U05: its period is closed. Returns the correction.';
