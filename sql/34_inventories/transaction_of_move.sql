create or replace function utl_private.transaction_of_move(move utl_private.inventory_transactions)
returns utl.transactions
language sql
immutable
as $transaction_of_move$
    select (
        move.transaction_id, move.occurred_at, move.recorded_at, move.sequence, move.book_id,
        move.account_id, move.instrument_id, move.asset_id, move.fee_asset_id, move.to_book_id,
        move.to_account_id, move.to_instrument_id, move.kind, move.quantity, move.amount,
        move.price, move.fee, move.to_quantity, move.new_units, move.old_units, move.opened_at,
        move.reference, move.reason
    )::utl.transactions
$transaction_of_move$;

comment on function utl_private.transaction_of_move(utl_private.inventory_transactions) is
'A move of an inventory in the shape of a transaction.';
