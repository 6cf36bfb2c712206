create or replace function utl_private.transfer_flaw(transfer utl.transactions)
returns text
language sql
stable
as $transfer_flaw$
    select case
        when transfer.to_instrument_id is distinct from transfer.instrument_id
            then 'what arrives is not what was sent'
        when transfer.to_book_id = transfer.book_id and transfer.to_account_id = transfer.account_id
            then 'it goes where it comes from'
        when transfer.to_quantity = 0 then 'to_quantity is 0'
        when sign(transfer.quantity) = sign(transfer.to_quantity)
            then 'what is sent and what is received have the same sign'
        when transfer.fee < 0 then format('fee must not be negative; it is %s', transfer.fee)
        when transfer.fee > 0 and coalesce(transfer.fee_asset_id <> c.coin_asset_id, true)
            then 'its fee is not in the coin: record it as a fee or a network fee of its own'
        when transfer.fee > 0 and transfer.quantity > 0 then 'a short pays no fee in the coin'
        when -transfer.quantity <> transfer.to_quantity + transfer.fee
            then format(
                'sent %s is not received %s and fee %s',
                -transfer.quantity, transfer.to_quantity, transfer.fee
            )
        when transfer.fee = 0 and transfer.amount is not null
            then 'amount is the value of a fee in the coin, and there is none'
    end
    from utl_private.coin_of(transfer.instrument_id, transfer.asset_id) as c (coin_asset_id)
$transfer_flaw$;

comment on function utl_private.transfer_flaw(utl.transactions) is
'Why there cannot be such a transfer; null if there can.';
