create or replace view utl_private.dated_transactions as
select
    t.occurred_at as at, t.recorded_at, t.sequence, t.transaction_id as fact_id,
    m.book_id, m.account_id, m.instrument_id, m.asset_id, m.kind,
    m.quantity, m.notional, m.received, m.at_price
from utl.effective_transactions as t
cross join lateral utl_private.transaction_flows(row(t.*)::utl.transactions) as m;

comment on view utl_private.dated_transactions is
'What each transaction moved and when, in the columns of utl_private.flows. A split moves nothing
here: see utl_private.split_moves.';
