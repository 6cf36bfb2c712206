create or replace function utl.record_network_fee(
    book text,
    account text,
    quantity numeric,
    value numeric default null,
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
as $record_network_fee$
    select utl_private.record_transaction(utl_private.named_transaction(
        'network_fee', book, account, -quantity, instrument, asset,
        occurred_at, reference, reason, sequence,
        amount => value
    ))
$record_network_fee$;

comment on function utl.record_network_fee(
    text, text, numeric, numeric, text, text, timestamptz, text, text, bigint
) is
'Records a fee that was paid in a coin to move it, or for what a chain does: quantity is positive.
With a value, in the cost asset of the instrument, the coin is disposed of at that and the value is
the fee; without one the cost of the coin is the fee. Give either instrument, whose position it is,
or asset, of which only the holding changes. Of an asset alone nobody asks how much is held. It
happened at occurred_at, or now, and within one time in order of sequence. A call that is repeated
with its reference changes nothing. 22U01: an unknown name; 22U08: it cannot be so; 23U03: the
reference is that of another transaction; 23U05: the period is closed; 23U07: more than is held
would go. Returns the row of utl.transactions.';
