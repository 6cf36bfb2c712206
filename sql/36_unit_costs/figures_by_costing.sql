create or replace view utl_private.figures_by_costing as
select
    p.position_id,
    p.book_id,
    p.costing_id,
    p.account_id,
    p.instrument_id,
    p.quantity,
    p.cost,
    p.realized_pnl,
    p.fees,
    p.opened_at,
    nullif(p.last_effective_at, '-infinity') as last_fill_at,
    p.version,
    c.costing,
    c.method,
    c.is_primary,
    c.fees as fee_treatment,
    c.starts_at,
    case
        when c.starts_at > '-infinity' then utl.expensed_fees(p.position_id, p.fees)
        when c.fees = 'expense' then p.fees
        else 0
    end as expensed_fees,
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
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id;

comment on view utl_private.figures_by_costing is
'Every position in every costing of its book, also where it has gone on by another method: figures
and ids, for those who need no names. account_id is 0 where the book is one pool.';
