create or replace function utl.record_interest(
    book text,
    account text,
    quantity numeric,
    asset text,
    instrument text default null,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_interest$
    select utl_private.record_transaction(utl_private.named_transaction(
        'interest', book, account, quantity, instrument, asset,
        occurred_at, reference, reason, sequence
    ))
$record_interest$;

comment on function utl.record_interest(
    text, text, numeric, text, text, timestamptz, text, text, bigint
) is
'Records interest: quantity of an asset, positive received, negative paid. It is income, of the
instrument if one is given. It happened at occurred_at, or now, and within one time in order of
sequence. A call that is repeated with its reference changes nothing. 22U01: an unknown name;
22U08: it cannot be so; 23U03: the reference is that of another transaction; 23U05: the period is
closed. Returns the row of utl.transactions.';
