create or replace view utl_private.dated_fills as
select
    f.executed_at as at, f.recorded_at, f.sequence, f.fill_id as fact_id,
    m.book_id, m.account_id, m.instrument_id, m.asset_id, m.kind,
    m.quantity, m.notional, m.received, m.at_price
from utl_private.booked_fills as f
cross join lateral utl_private.booked_flow(row(f.*)::utl.fills) as m;

comment on view utl_private.dated_fills is
'What each fill moved and when, in the columns of utl_private.flows. Facts are in the order of at,
sequence and fact_id. What is booked after a closed period counts at the time at which it is booked,
so that figures of the closed time stay.';
