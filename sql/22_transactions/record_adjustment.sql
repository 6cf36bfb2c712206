create or replace function utl.record_adjustment(
    book text,
    account text,
    quantity numeric,
    cost numeric default null,
    instrument text default null,
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
as $record_adjustment$
    select utl_private.record_transaction(utl_private.named_transaction(
        'adjustment', book, account, quantity, instrument, asset,
        occurred_at, reference, reason, sequence,
        amount => cost
    ))
$record_adjustment$;

comment on function utl.record_adjustment(
    text, text, numeric, numeric, text, text, timestamptz, text, text, bigint
) is
'Records what is needed to agree with the world, and why: quantity is positive for more, negative
for less. More opens at cost, in the cost asset of the instrument; unknown cost is listed in
utl.missing_basis. Less is disposed of at cost or, without it, leaves at what it cost. Give either
instrument, whose position it is, or asset, of which only the holding changes. It happened at
occurred_at, or now, and within one time in order of sequence. A call that is repeated with its
reference changes nothing. 22U01: an unknown name; 22U08: it cannot be so; 23U03: the reference is
that of another transaction; 23U05: the period is closed. Returns the row of utl.transactions.';
