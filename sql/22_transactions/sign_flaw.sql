create or replace function utl_private.sign_flaw(transaction utl.transactions)
returns text
language sql
stable
as $sign_flaw$
    select case
        when transaction.quantity = 0 then 'quantity is 0'
        when k.sign = 'positive' and transaction.quantity < 0
            then format('quantity must be positive, as it came in; it is %s', transaction.quantity)
        when k.sign = 'negative' and transaction.quantity > 0
            then format('quantity must be negative, as it went out; it is %s', transaction.quantity)
        when
            transaction.kind in ('opening_balance', 'deposit')
            and transaction.quantity < 0 and transaction.instrument_id is null
            then format('quantity of an asset must be positive; it is %s', transaction.quantity)
        when
            transaction.amount < 0
            and transaction.kind in ('spin_off', 'network_fee', 'transfer', 'reward', 'airdrop')
            then format('amount must not be negative; it is %s', transaction.amount)
        when transaction.opened_at > transaction.occurred_at
            then format('opened_at %s is after it happened', transaction.opened_at)
    end
    from utl.transaction_kinds as k
    where k.kind = transaction.kind
$sign_flaw$;

comment on function utl_private.sign_flaw(utl.transactions) is
'Which value of a transaction has a sign, or a time, that it cannot have; null if none.';
