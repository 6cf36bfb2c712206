create or replace function utl_private.move_changes(
    transaction utl.transactions, inventory_id integer, to_inventory_id integer,
    is_currency boolean, is_to_currency boolean, is_one_currency boolean, cost_rate numeric
)
returns setof jsonb
language sql
immutable
as $move_changes$
    select jsonb_build_object(
        'instrument_id', inventory_id,
        'to_book_id', transaction.to_book_id, 'to_account_id', transaction.to_account_id,
        'to_quantity', transaction.to_quantity,
        'to_instrument_id', case when is_one_currency then to_inventory_id end,
        'kind', case
            when inventory_id = to_inventory_id
                and transaction.quantity = -transaction.to_quantity then 'transfer'
            else transaction.kind
        end,
        'amount', transaction.amount * cost_rate
    )
    where
        inventory_id is not null and not (transaction.kind = 'conversion' and is_to_currency)
        and not (
            inventory_id = to_inventory_id
            and transaction.kind <> 'transfer' and transaction.book_id = transaction.to_book_id
            and transaction.account_id = transaction.to_account_id
        )
    union all
    select jsonb_build_object(
        'kind', 'withdrawal', 'instrument_id', inventory_id,
        'amount', abs(transaction.to_quantity) - coalesce(transaction.amount * cost_rate, 0)
    )
    where inventory_id is not null and transaction.kind = 'conversion' and is_to_currency
    union all
    select jsonb_build_object(
        'kind', 'deposit',
        'book_id', transaction.to_book_id, 'account_id', transaction.to_account_id,
        'instrument_id', to_inventory_id, 'quantity', transaction.to_quantity,
        'fee', 0, 'fee_asset_id', null,
        'amount', case
            when transaction.kind = 'spin_off' then transaction.amount * cost_rate
            when is_currency and is_one_currency
                then abs(transaction.quantity) + coalesce(transaction.amount * cost_rate, 0)
        end
    )
    where to_inventory_id is not null and (inventory_id is null or not is_one_currency)
$move_changes$;

comment on function utl_private.move_changes(
    utl.transactions, integer, integer, boolean, boolean, boolean, numeric
) is
'What a transfer, a conversion or a spin-off is for inventories, by column: a move of lots where
both sides count in one currency; else it leaves at its cost, and comes without one
(utl.missing_basis), unless the currency itself was exchanged.';
