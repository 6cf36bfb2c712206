create or replace function utl.record_borrowing(
    book text,
    account text,
    quantity numeric,
    asset text,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_borrowing$
    select utl_private.record_transaction(utl_private.named_transaction(
        'borrow', book, account, quantity, null, asset,
        occurred_at, reference, reason, sequence
    ))
$record_borrowing$;

comment on function utl.record_borrowing(
    text, text, numeric, text, timestamptz, text, text, bigint
) is
'Records a loan that was taken: quantity of an asset, positive, which is held and owed from now on.
It happened at occurred_at, or now, and within one time in order of sequence. A call that is
repeated with its reference changes nothing. 22U01: an unknown name; 22U08: it cannot be so; 23U03:
the reference is that of another transaction; 23U05: the period is closed. Returns the row of
utl.transactions.';
