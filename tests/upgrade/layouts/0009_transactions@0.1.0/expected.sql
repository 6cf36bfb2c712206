select
    book, instrument, costing, account, quantity, cost, realized_pnl, fees, net_pnl, opened_at
from utl.unit_costs
order by book, instrument, costing, account;
select book, costing, account, instrument, opened_at, quantity, cost
from utl.open_lots
order by book, costing, account, instrument, opened_at, lot_id;
select
    costing,
    count(*) as matches,
    sum(quantity) as quantity,
    sum(realized_pnl) as realized_pnl
from utl.lot_matches
group by costing
order by costing;
select book, account, asset, instrument, quantity
from utl.book_holdings
order by book, account, asset, instrument;
select book, instrument, kind, asset, amount
from utl.income
order by book, instrument, kind, asset;
select kind, quantity, to_quantity, amount, reference
from utl.effective_transactions
order by occurred_at, transaction_id;
select account, instrument, quantity, why from utl.missing_basis
order by account, instrument;
select count(*) as differences from utl.replay_differences();
