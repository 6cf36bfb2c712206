create or replace function utl.record_spin_off(
    book text,
    account text,
    instrument text,
    to_instrument text,
    to_quantity numeric,
    cost numeric,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_spin_off$
    select utl_private.record_transaction(utl_private.named_transaction(
        'spin_off', book, account, null, instrument, null,
        occurred_at, reference, reason, sequence,
        amount => cost, to_book => book, to_account => account, to_instrument => to_instrument,
        to_quantity => to_quantity
    ))
$record_spin_off$;

comment on function utl.record_spin_off(
    text, text, text, text, numeric, numeric, timestamptz, text, text, bigint
) is
'Records that a part of what an account holds became something of its own: to_quantity of
to_instrument came, negative for a short, and cost, in the cost asset, moves to it, from each lot
its share. In a costing whose pool is the book that is cost of the whole book. It happened at
occurred_at, or now, and within one time in order of sequence. A call that is repeated with its
reference changes nothing. 22U01: an unknown name; 22U08: it cannot be so; 23U03: the reference is
that of another transaction; 23U05: the period is closed. Returns the row of utl.transactions.';
