create or replace view utl_private.position_figures as
select
    b.book,
    a.account,
    i.instrument,
    c.costing,
    c.method,
    c.is_primary,
    trim_scale(p.quantity) as quantity,
    utl_private.average_cost(p.quantity, p.cost, i.multiplier, i.is_inverse) as average_cost,
    trim_scale(p.cost) as cost,
    i.cost_asset,
    trim_scale(p.realized_pnl) as realized_pnl,
    trim_scale(p.fees) as fees,
    c.fees as fee_treatment,
    trim_scale(
        p.realized_pnl
        - case
            when c.starts_at > '-infinity' then utl.expensed_fees(p.position_id, p.fees)
            when c.fees = 'expense' then p.fees
            else 0
        end
    ) as net_pnl,
    p.opened_at,
    nullif(p.last_effective_at, '-infinity') as last_fill_at,
    p.version,
    p.position_id,
    p.book_id,
    p.costing_id,
    nullif(p.account_id, 0) as account_id,
    p.instrument_id,
    c.is_built
    -- Of a costing that changed, the last position in which there is anything.
    and (c.starts_at = '-infinity' or p.last_effective_at > '-infinity')
    and (
        c.ends_at = 'infinity'
        or not exists (
            select from utl_private.later_positions as l
            where l.position_id = p.position_id
        )
    ) as is_current
from utl_private.positions as p
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.accounts as a on p.account_id = a.account_id;

comment on view utl_private.position_figures is
'Every position in every costing of its book, also where it has gone on by another method.';
