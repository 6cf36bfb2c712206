create or replace function utl_private.transaction_flows(transaction utl.transactions)
returns setof utl_private.flows
language sql
stable
as $transaction_flows$
    with moved as (
        select
            transaction.book_id as book_id, transaction.account_id as account_id,
            transaction.instrument_id as instrument_id,
            case when transaction.instrument_id is null then transaction.asset_id end as asset_id,
            transaction.kind as kind,
            transaction.quantity - utl_private.bare_fee(transaction) as quantity,
            case
                when transaction.kind in ('reward', 'airdrop') then coalesce(transaction.amount, 0)
                else 0
            end as at_price
        where
            utl_private.moves_positions(transaction.kind)
            and transaction.kind not in ('split', 'spin_off')
        union all
        select
            transaction.to_book_id, transaction.to_account_id, transaction.to_instrument_id,
            case when transaction.to_instrument_id is null then transaction.asset_id end,
            transaction.kind, transaction.to_quantity, 0
        where transaction.to_quantity is not null
        union all
        select
            transaction.book_id, transaction.account_id, null, transaction.asset_id, 'network_fee',
            utl_private.bare_fee(transaction), 0
        where utl_private.bare_fee(transaction) <> 0
    ),

    cash as (
        select transaction.asset_id as asset_id, transaction.kind as kind,
            transaction.quantity as received
        where not utl_private.moves_positions(transaction.kind)
        union all
        select i.cost_asset_id, transaction.kind,
            case transaction.kind
                when 'conversion' then -transaction.amount
                else -sign(transaction.quantity) * transaction.amount
            end
        from utl_private.instruments as i
        where
            i.instrument_id = transaction.instrument_id and transaction.amount is not null
            and (
                transaction.kind in ('cash_in_lieu', 'conversion')
                or (transaction.kind = 'expiry' and i.kind not in ('perpetual', 'future'))
            )
    )

    select
        m.book_id, m.account_id, coalesce(m.instrument_id, 0), coalesce(m.asset_id, 0), m.kind,
        case when m.instrument_id is not null then m.quantity else 0 end,
        0::numeric,
        case when m.instrument_id is null then m.quantity else 0 end,
        m.at_price
    from moved as m
    union all
    select
        transaction.book_id, transaction.account_id, coalesce(transaction.instrument_id, 0),
        c.asset_id, c.kind, 0::numeric, 0::numeric, c.received, 0::numeric
    from cash as c
$transaction_flows$;

comment on function utl_private.transaction_flows(utl.transactions) is
'What a transaction moves, in the shape of utl_private.flows: quantities of the instruments, and
what comes in of assets. The fee of a transfer of an instrument is in what was sent more than
received, that of an asset alone is a network fee.';
