create or replace function utl.record_cash_in_lieu(
    book text,
    account text,
    instrument text,
    quantity numeric,
    amount numeric,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_cash_in_lieu$
    select utl_private.record_transaction(utl_private.named_transaction(
        'cash_in_lieu', book, account, quantity, instrument, null,
        occurred_at, reference, reason, sequence,
        amount => amount
    ))
$record_cash_in_lieu$;

comment on function utl.record_cash_in_lieu(
    text, text, text, numeric, numeric, timestamptz, text, text, bigint
) is
'Records fractions that were paid out instead of delivered, as after a split: quantity is negative
for what a long lost, positive for what a short did not have to deliver; amount is the cash in the
cost asset of the instrument, positive: it came for a long, and went for a short. It happened at
occurred_at, or now, and within one time in order of sequence. A call that is repeated with its
reference changes nothing. 22U01: an unknown name; 22U08: it cannot be so; 23U03: the reference is
that of another transaction; 23U05: the period is closed; 23U07: more than is held would go, or it
would come to what is held. Returns the row of utl.transactions.';
