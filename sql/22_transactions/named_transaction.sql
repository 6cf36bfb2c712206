create or replace function utl_private.named_transaction(
    kind text,
    book text,
    account text,
    quantity numeric,
    instrument text,
    asset text,
    occurred_at timestamptz,
    reference text,
    reason text,
    sequence bigint,
    amount numeric default null,
    price numeric default null,
    opened_at timestamptz default null,
    fee numeric default 0,
    fee_asset text default null,
    to_book text default null,
    to_account text default null,
    to_instrument text default null,
    to_quantity numeric default null
)
returns utl.transactions
language plpgsql
stable
as $named_transaction$
declare
    _transaction utl.transactions;
begin
    _transaction.kind := kind;
    _transaction.book_id := utl.book_id(book);
    _transaction.account_id := utl.account_id(account);
    _transaction.instrument_id
    := case when instrument is not null then utl.instrument_id(instrument) end;
    _transaction.asset_id := case when asset is not null then utl.asset_id(asset) end;
    _transaction.fee_asset_id := case when fee_asset is not null then utl.asset_id(fee_asset) end;
    _transaction.to_book_id := case when to_book is not null then utl.book_id(to_book) end;
    _transaction.to_account_id
    := case when to_account is not null then utl.account_id(to_account) end;
    _transaction.to_instrument_id
    := case when to_instrument is not null then utl.instrument_id(to_instrument) end;
    _transaction.quantity := quantity;
    _transaction.amount := amount;
    _transaction.price := price;
    _transaction.fee := coalesce(fee, 0);
    _transaction.to_quantity := to_quantity;
    _transaction.opened_at := opened_at;
    _transaction.occurred_at := occurred_at;
    _transaction.sequence := coalesce(sequence, 0);
    _transaction.reference := reference;
    _transaction.reason := reason;
    return _transaction;
end
$named_transaction$;

comment on function utl_private.named_transaction(
    text, text, text, numeric, text, text, timestamptz, text, text, bigint, numeric, numeric,
    timestamptz, numeric, text, text, text, text, numeric
) is
'A transaction that is told by names instead of ids. 22U01: an unknown name.';
