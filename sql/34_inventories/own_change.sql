create or replace function utl_private.own_change(
    transaction utl.transactions, inventory_id integer, cost_rate numeric, asset_rate numeric
)
returns jsonb
language sql
stable
as $own_change$
    select case
        when transaction.kind in ('borrow', 'repay') then null
        when transaction.kind in ('funding', 'interest', 'rebate', 'dividend', 'fee')
            then jsonb_build_object(
                'kind', case when transaction.quantity > 0 then 'reward' else 'withdrawal' end,
                'instrument_id', inventory_id,
                'amount', abs(transaction.quantity) * asset_rate
            )
        -- A coin may be traded in several instruments, and splits but once.
        when transaction.kind = 'split' and exists (
            select
            from utl.effective_transactions as o
            inner join utl_private.instruments as i on o.instrument_id = i.instrument_id
            inner join utl_private.instruments as n
                on i.base_asset_id = n.base_asset_id and n.instrument_id = inventory_id
            where
                o.book_id = transaction.book_id
                and o.kind = 'split' and o.occurred_at = transaction.occurred_at
                and o.transaction_id < transaction.transaction_id
        ) then null
        else jsonb_build_object(
            'instrument_id', inventory_id,
            'amount', case
                when transaction.instrument_id is not null then transaction.amount * cost_rate
                when transaction.kind in ('reward', 'airdrop') then coalesce(
                    transaction.amount, transaction.quantity * asset_rate
                )
                else transaction.amount
            end,
            'price', transaction.price * cost_rate
        )
    end
$own_change$;

comment on function utl_private.own_change(utl.transactions, integer, numeric, numeric) is
'What of a transaction is another for the inventory that it is about, by column; null: it does
nothing to it. Income in a coin opens at what it was worth; what is paid is disposed of at that.';
