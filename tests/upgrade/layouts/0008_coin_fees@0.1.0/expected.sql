select
    instrument, costing, account, quantity, cost, realized_pnl, fees, net_pnl, opened_at, version
from utl.unit_costs
order by instrument, costing, account;
select
    costing,
    asset,
    sum(fees) as fees
from utl.position_fees
group by costing, asset
order by costing, asset;
select
    costing,
    count(*) as lots,
    sum(quantity) as quantity,
    sum(cost) as cost
from utl.open_lots
group by costing
order by costing;
select
    costing,
    count(*) as matches,
    sum(quantity) as quantity,
    sum(realized_pnl) as realized_pnl
from utl.lot_matches
group by costing
order by costing;
select
    count(*) as fills,
    sum(quantity) as quantity
from utl.fills;
select
    count(*) as rejected,
    min(reason) as reason
from utl.rejected_fills;
select count(*) as conflicts from utl.fill_conflicts;
select count(*) as differences from utl.replay_differences();
select fill_id, executed_at, side, quantity, price, fee from utl.effective_fills
order by executed_at, sequence, fill_id;
select
    costing, cause, restated_from, facts, entries_replaced, realized_pnl_before,
    realized_pnl_after
from utl.restatements
order by restatement_id, position_id;
select costing, account, quantity, cost, realized_pnl
from utl.positions_at('2026-01-05 09:30Z')
order by costing, account, instrument;
select account, venue_fill_id, nth, kind, fill_id from utl.fill_corrections
order by correction_id;
select book, kind, side, quantity, price, fee, venue_fill_id
from utl.prior_period_bookings
order by fill_id;
select bid, ask, mark, source from utl.price_at('BTC/USDT', '2026-01-06');
select rate, path from utl.rate_at('BTC', 'USD', '2026-01-06');
