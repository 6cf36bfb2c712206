create or replace view utl_private.check_lots_are_what_matches_left as
with lots as (
    select
        e.position_id,
        coalesce(e.lot_fill_id, e.fill_id) as fill_id,
        sum(e.quantity) as quantity,
        sum(e.amount + e.realized_pnl) as cost,
        coalesce(sum(e.quantity) filter (where utl_private.opens_lot(
            e.lot_fill_id, e.rule, e.quantity, e.quantity_after
        )), 0) as opened
    from utl_private.entries as e
    inner join utl_private.position_terms as t on e.position_id = t.position_id
    where t.method <> 'wac' and (e.quantity <> 0 or e.lot_fill_id is not null)
    group by 1, 2
)

select
    coalesce(l.position_id, o.position_id) as position_id,
    coalesce(l.fill_id, o.fill_id) as fill_id,
    l.opened,
    l.quantity as left_by_matches,
    o.quantity as open_quantity
from lots as l
full join utl_private.open_lots as o on l.position_id = o.position_id and l.fill_id = o.fill_id
where
    (coalesce(l.quantity, 0), coalesce(l.cost, 0))
    is distinct from (coalesce(o.quantity, 0), coalesce(o.cost, 0))
    or l.quantity * l.opened < 0
    or (l.quantity <> 0 and sign(l.quantity) <> sign(l.opened))
    or l.opened = 0 or o.quantity = 0;

comment on view utl_private.check_lots_are_what_matches_left is
'Every lot is what its opening fill brought less what was matched with it, and never more was
matched';
