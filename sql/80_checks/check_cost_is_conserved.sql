create or replace view utl_private.check_cost_is_conserved as
with journal as (
    select
        e.position_id,
        sum(e.quantity) as quantity,
        sum(e.amount) + sum(e.realized_pnl) as cost,
        sum(e.realized_pnl) as realized_pnl,
        sum(e.fee) as fees
    from utl_private.entries as e
    group by e.position_id
)

select
    p.position_id,
    p.quantity,
    j.quantity as journal_quantity,
    p.cost,
    j.cost as journal_cost,
    p.realized_pnl,
    j.realized_pnl as journal_realized_pnl,
    p.fees,
    j.fees as journal_fees
from utl_private.positions as p
full join journal as j on p.position_id = j.position_id
left join utl_private.carried_states as c
    on p.position_id = c.position_id and j.position_id is not null
where
    (p.quantity, p.cost, p.realized_pnl, p.fees)
    is distinct from (
        coalesce(j.quantity, 0), coalesce(j.cost, 0),
        coalesce(j.realized_pnl, 0) + coalesce(c.realized_pnl, 0),
        coalesce(j.fees, 0) + coalesce(c.fees, 0)
    );

comment on view utl_private.check_cost_is_conserved is
'For every position: the sum of amounts and of realized PnL is its cost, exactly';
