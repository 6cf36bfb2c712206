create or replace view utl_private.dated_fills as
select
    f.executed_at as at, f.recorded_at, f.sequence, f.fill_id as fact_id,
    m.book_id, m.account_id, m.instrument_id, m.asset_id, m.kind,
    m.quantity, m.notional, m.received, m.at_price
from utl_private.booked_fills as f
cross join lateral utl_private.booked_flow(row(f.*)::utl.fills) as m
union all
select
    a.at, a.recorded_at, a.sequence, a.fact_id,
    a.book_id, a.account_id, a.instrument_id, a.asset_id, 'fill',
    a.quantity, a.notional, a.received, a.at_price
from utl_private.archived_flows as a
where not a.is_apart;

comment on view utl_private.dated_fills is
'What each fill moved and when, in the columns of utl_private.flows. Facts are in the order of at,
sequence and fact_id. What is booked after a closed period counts at the time at which it is booked,
so that figures of the closed time stay. Those of an archived month are in it as their sums: who
needs more than that asks utl_private.require_facts.';
