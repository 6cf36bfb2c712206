create or replace view utl_private.check_positions_are_their_last_entry as
with last_entries as (
    select distinct on (e.position_id) e.*
    from utl_private.entries as e
    order by
        e.position_id asc,
        e.effective_at desc, e.sequence desc, e.fill_id desc, e.part desc
)

select
    p.position_id,
    p.last_effective_at, p.last_sequence, p.last_fill_id,
    l.effective_at, l.sequence, l.fill_id
from utl_private.positions as p
full join last_entries as l on p.position_id = l.position_id
where
    p.position_id is null
    or (
        p.last_effective_at, p.last_sequence, p.last_fill_id,
        p.quantity, p.cost, p.realized_pnl, p.fees
    ) is distinct from (
        coalesce(l.effective_at, '-infinity'), coalesce(l.sequence, 0), coalesce(l.fill_id, 0),
        coalesce(l.quantity_after, 0), coalesce(l.cost_after, 0),
        coalesce(l.realized_pnl_after, 0), coalesce(l.fees_after, 0)
    );

comment on view utl_private.check_positions_are_their_last_entry is
'Every position stands where its last entry left it';
