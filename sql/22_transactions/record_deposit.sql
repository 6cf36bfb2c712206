create or replace function utl.record_deposit(
    book text,
    account text,
    quantity numeric,
    cost numeric default null,
    instrument text default null,
    asset text default null,
    opened_at timestamptz default null,
    price numeric default null,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_deposit$
    select utl_private.record_transaction(utl_private.named_transaction(
        'deposit', book, account, quantity, instrument, asset,
        occurred_at, reference, reason, sequence,
        amount => cost, price => price, opened_at => opened_at
    ))
$record_deposit$;

comment on function utl.record_deposit(
    text, text, numeric, numeric, text, text, timestamptz, numeric, timestamptz, text, text, bigint
) is
'Records what came to an account of a book from outside: quantity, negative for a short, and its
cost in the cost asset of the instrument. Unknown cost is listed in utl.missing_basis. opened_at:
since when it was held, for what closes first; price: by what hifo and lofo rank it, if not cost ÷
quantity. Give either instrument, whose position it is, or asset, of which only the holding
changes. It happened at occurred_at, or now, and within one time in order of sequence. A call that
is repeated with its reference changes nothing. 22U01: an unknown name; 22U08: it cannot be so;
23U03: the reference is that of another transaction; 23U05: the period is closed. Returns the row
of utl.transactions.';
