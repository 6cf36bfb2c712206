create or replace function utl.record_conversion(
    book text,
    account text,
    instrument text,
    quantity numeric,
    to_instrument text,
    to_quantity numeric,
    paid numeric default null,
    to_account text default null,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_conversion$
    select utl_private.record_transaction(utl_private.named_transaction(
        'conversion', book, account, -quantity, instrument, null,
        occurred_at, reference, reason, sequence,
        amount => paid, to_book => book, to_account => coalesce(to_account, account),
        to_instrument => to_instrument, to_quantity => to_quantity
    ))
$record_conversion$;

comment on function utl.record_conversion(
    text, text, text, numeric, text, numeric, numeric, text, timestamptz, text, text, bigint
) is
'Records that something became something else: quantity of an instrument was given, negative for a
short, and to_quantity of to_instrument came. Its lots keep their time and cost, and what was paid
on top, in the cost asset (negative: received), is added to that. Both instruments must count their
cost in the same asset. It happened at occurred_at, or now, and within one time in order of
sequence. A call that is repeated with its reference changes nothing. 22U01: an unknown name;
22U08: it cannot be so; 23U03: the reference is that of another transaction; 23U05: the period is
closed; 23U07: more than is held would go. Returns the row of utl.transactions.';
