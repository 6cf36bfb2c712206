create or replace view utl_private.position_figures as
select
    b.book,
    a.account,
    i.instrument,
    f.costing,
    f.method,
    f.is_primary,
    trim_scale(f.quantity) as quantity,
    utl_private.average_cost(f.quantity, f.cost, i.multiplier, i.is_inverse) as average_cost,
    trim_scale(f.cost) as cost,
    i.cost_asset,
    trim_scale(f.realized_pnl) as realized_pnl,
    trim_scale(f.fees) as fees,
    f.fee_treatment,
    trim_scale(f.realized_pnl - f.expensed_fees) as net_pnl,
    f.opened_at,
    f.last_fill_at,
    f.version,
    f.position_id,
    f.book_id,
    f.costing_id,
    nullif(f.account_id, 0) as account_id,
    f.instrument_id,
    f.is_current
from utl_private.figures_by_costing as f
inner join utl_private.books as b on f.book_id = b.book_id
inner join utl.instruments as i on f.instrument_id = i.instrument_id
left join utl_private.accounts as a on f.account_id = a.account_id;

comment on view utl_private.position_figures is
'Every position in every costing of its book, also where it has gone on by another method.';
