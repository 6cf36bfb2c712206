create or replace function utl_private.as_transaction(
    said jsonb, names utl_private.fact_names
)
returns utl.transactions
language plpgsql
stable
as $as_transaction$
declare
    _kind constant text := said ->> 'kind';
    _transaction utl.transactions;
begin
    _transaction.kind := _kind;
    _transaction.book_id := names.book_id;
    _transaction.account_id := names.account_id;
    _transaction.instrument_id := names.instrument_id;
    _transaction.asset_id := names.asset_id;
    _transaction.fee := coalesce((said ->> 'fee')::numeric, 0);
    _transaction.quantity := (said ->> 'quantity')::numeric;
    _transaction.amount := coalesce(
        said ->> 'cost', said ->> 'value', said ->> 'amount', said ->> 'paid', said ->> 'fee_value'
    )::numeric;
    _transaction.price := (said ->> 'price')::numeric;
    _transaction.opened_at := utl_private.read_time(said ->> 'opened_at');
    _transaction.occurred_at := utl_private.read_time(said ->> 'occurred_at');
    _transaction.sequence := coalesce((said ->> 'sequence')::bigint, 0);
    _transaction.reference := said ->> 'reference';
    _transaction.reason := said ->> 'reason';
    if _kind in ('withdrawal', 'network_fee', 'fee', 'repay', 'conversion') then
        _transaction.quantity := -_transaction.quantity;
    end if;
    if _kind = 'funding' then
        _transaction.asset_id := coalesce(names.asset_id, names.settlement_asset_id);
    elsif _kind = 'transfer' then
        _transaction.to_quantity := _transaction.quantity;
        _transaction.quantity := -coalesce(
            (said ->> 'sent')::numeric, _transaction.quantity + _transaction.fee
        );
        _transaction.to_instrument_id := names.instrument_id;
        if _transaction.fee <> 0 then
            _transaction.fee_asset_id := coalesce(
                names.fee_asset_id, utl_private.coin_of(names.instrument_id, names.asset_id)
            );
        end if;
    elsif _kind in ('conversion', 'spin_off') then
        _transaction.to_quantity := (said ->> 'to_quantity')::numeric;
        _transaction.to_instrument_id := names.to_instrument_id;
    end if;
    if _kind in ('transfer', 'conversion', 'spin_off') then
        _transaction.to_book_id := coalesce(names.to_book_id, names.book_id);
        _transaction.to_account_id := coalesce(names.to_account_id, names.account_id);
    end if;
    return _transaction;
end
$as_transaction$;

comment on function utl_private.as_transaction(jsonb, utl_private.fact_names) is
'What the function of its kind would record of a row: utl.record_deposit and so forth, whose
arguments are its keys.';
