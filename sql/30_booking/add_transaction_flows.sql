create or replace function utl_private.add_transaction_flows(
    before utl.transactions[], after utl.transactions[]
)
returns void
language sql
as $add_transaction_flows$
    insert into utl_private.flows as o (
        book_id, account_id, instrument_id, asset_id, kind, quantity, notional, received, at_price
    )
    select
        f.book_id, f.account_id, f.instrument_id, f.asset_id, f.kind,
        sum(f.quantity * t.share), sum(f.notional * t.share), sum(f.received * t.share),
        sum(f.at_price * t.share)
    from (
        select b::utl.transactions as fact, -1 as share from unnest(before) as b
        union all
        select a::utl.transactions, 1 from unnest(after) as a
    ) as t
    cross join lateral utl_private.transaction_flows(t.fact) as f
    group by f.book_id, f.account_id, f.instrument_id, f.asset_id, f.kind
    order by f.book_id, f.instrument_id, f.account_id, f.asset_id, f.kind
    on conflict on constraint flows_pkey do update
    set
        quantity = o.quantity + excluded.quantity, notional = o.notional + excluded.notional,
        received = o.received + excluded.received, at_price = o.at_price + excluded.at_price
$add_transaction_flows$;

comment on function utl_private.add_transaction_flows(utl.transactions[], utl.transactions[]) is
'Takes the flows of transactions back as they counted before, and adds those that count after.';
