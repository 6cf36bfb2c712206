create or replace function utl.record_funding(
    book text,
    account text,
    instrument text,
    quantity numeric,
    asset text default null,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_funding$
    select utl_private.record_transaction(utl_private.named_transaction(
        'funding', book, account, quantity, instrument,
        coalesce(asset, utl_private.settlement_of(instrument)),
        occurred_at, reference, reason, sequence
    ))
$record_funding$;

comment on function utl.record_funding(
    text, text, text, numeric, text, timestamptz, text, text, bigint
) is
'Records funding of a perpetual: quantity of an asset, positive received, negative paid. The asset
is what the instrument settles in, unless it is given. It is income of the instrument. It happened
at occurred_at, or now, and within one time in order of sequence. A call that is repeated with its
reference changes nothing. 22U01: an unknown name; 22U08: it cannot be so; 23U03: the reference is
that of another transaction; 23U05: the period is closed. Returns the row of utl.transactions.';
