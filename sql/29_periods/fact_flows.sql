create or replace view utl_private.fact_flows as
with flows as (
    select
        f.book_id, f.account_id, f.instrument_id, coalesce(f.fee_asset_id, 0) as asset_id,
        'fill' as kind,
        sum(utl_private.signed_quantity(f.side, f.quantity)) as quantity,
        sum(utl_private.signed_quantity(f.side, f.quantity) * f.price) as notional,
        sum(-f.fee) as received,
        sum(-utl_private.coin_fee(row(f.*)::utl.fills, f.fee_asset_id) * f.price) as at_price
    from utl.effective_fills as f
    group by f.book_id, f.account_id, f.instrument_id, coalesce(f.fee_asset_id, 0)
    union all
    select
        a.book_id, a.account_id, a.instrument_id, a.asset_id, 'fill',
        a.quantity, a.notional, a.received, a.at_price
    from utl_private.archived_flows as a
    union all
    select
        m.book_id, m.account_id, m.instrument_id, m.asset_id, m.kind,
        sum(m.quantity), sum(m.notional), sum(m.received), sum(m.at_price)
    from utl.effective_transactions as t
    cross join lateral utl_private.transaction_flows(row(t.*)::utl.transactions) as m
    group by m.book_id, m.account_id, m.instrument_id, m.asset_id, m.kind
)

select
    f.book_id, f.account_id, f.instrument_id, f.asset_id, f.kind,
    sum(f.quantity) as quantity, sum(f.notional) as notional,
    sum(f.received) as received, sum(f.at_price) as at_price
from flows as f
group by f.book_id, f.account_id, f.instrument_id, f.asset_id, f.kind;

comment on view utl_private.fact_flows is
'What the facts add up to, as utl_private.flows keeps it.';
