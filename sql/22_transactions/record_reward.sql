create or replace function utl.record_reward(
    book text,
    account text,
    quantity numeric,
    value numeric default null,
    instrument text default null,
    asset text default null,
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
as $record_reward$
    select utl_private.record_transaction(utl_private.named_transaction(
        'reward', book, account, quantity, instrument, asset,
        occurred_at, reference, reason, sequence,
        amount => value, price => price
    ))
$record_reward$;

comment on function utl.record_reward(
    text, text, numeric, numeric, text, text, numeric, timestamptz, text, text, bigint
) is
'Records a reward, as of staking: quantity, positive, and what it was worth in the cost asset of the
instrument, which is its cost and income. Unknown value is listed in utl.missing_basis. price: by
what hifo and lofo rank it, if not value ÷ quantity. Give either instrument, whose position it is,
or asset, of which only the holding changes. It happened at occurred_at, or now, and within one
time in order of sequence. A call that is repeated with its reference changes nothing. 22U01: an
unknown name; 22U08: it cannot be so; 23U03: the reference is that of another transaction; 23U05:
the period is closed. Returns the row of utl.transactions.';
