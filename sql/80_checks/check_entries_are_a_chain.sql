create or replace view utl_private.check_entries_are_a_chain as
with journal as (
    select
        e.*,
        lag(e.quantity_after, 1, 0::numeric) over chain as quantity_before,
        lag(e.cost_after, 1, 0::numeric) over chain as cost_before,
        coalesce(lag(e.realized_pnl_after) over chain, c.realized_pnl, 0) as realized_pnl_before,
        coalesce(lag(e.fees_after) over chain, c.fees, 0) as fees_before
    from utl_private.entries as e
    left join utl_private.carried_states as c on e.position_id = c.position_id
    window chain as (
        partition by e.position_id
        order by e.effective_at, e.sequence, e.fill_id, e.part
    )
)

select j.position_id, j.effective_at, j.fill_id, j.part
from journal as j
where
    j.quantity_after <> j.quantity_before + j.quantity
    or j.cost_after <> j.cost_before + j.amount + j.realized_pnl
    or j.realized_pnl_after <> j.realized_pnl_before + j.realized_pnl
    or j.fees_after <> j.fees_before + j.fee
    or (j.quantity_after = 0 and j.cost_after <> 0);

comment on view utl_private.check_entries_are_a_chain is
'Every entry continues the one before it: state after = state before + entry, and flat costs
nothing';
