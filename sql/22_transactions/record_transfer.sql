create or replace function utl.record_transfer(
    book text,
    account text,
    to_account text,
    quantity numeric,
    instrument text default null,
    asset text default null,
    to_book text default null,
    sent numeric default null,
    fee numeric default 0,
    fee_asset text default null,
    fee_value numeric default null,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_transfer$
    select utl_private.record_transaction(utl_private.named_transaction(
        'transfer', book, account, -coalesce(sent, quantity + coalesce(fee, 0)), instrument, asset,
        occurred_at, reference, reason, sequence,
        amount => fee_value, fee => fee,
        fee_asset => coalesce(fee_asset, utl_private.coin_name(instrument, asset, fee)),
        to_book => coalesce(to_book, book), to_account => to_account,
        to_instrument => instrument, to_quantity => quantity
    ))
$record_transfer$;

comment on function utl.record_transfer(
    text, text, text, numeric, text, text, text, numeric, numeric, text, numeric, timestamptz, text,
    text, bigint
) is
'Records that something moved to another account, or another book, or both: quantity arrived,
negative for a short. What was sent is that and the fee, which is in the coin; if sent is given, it
must be so. fee_value, in the cost asset of the instrument, is what the fee was worth: the coin is
disposed of at that; without it the cost of the coin is the fee. A fee in another asset is
utl.record_fee or utl.record_network_fee. Lots keep their identity, time and cost. Give either
instrument, whose position it is, or asset, of which only the holding changes. Of an asset alone
nobody asks how much is held. It happened at occurred_at, or now, and within one time in order of
sequence. A call that is repeated with its reference changes nothing. 22U01: an unknown name;
22U08: it cannot be so; 23U03: the reference is that of another transaction; 23U05: the period is
closed; 23U07: more than is held would go. Returns the row of utl.transactions.';
