create or replace view utl_private.check_lots_cover_positions as
with lots as (
    select o.position_id, sum(o.quantity) as quantity, sum(o.cost) as cost
    from utl_private.open_lots as o
    group by o.position_id
)

select
    t.position_id,
    t.quantity,
    l.quantity as lots_quantity,
    t.cost,
    l.cost as lots_cost
from utl_private.position_terms as t
full join lots as l on t.position_id = l.position_id
where
    t.position_id is null
    or (
        t.method <> 'wac'
        and (t.quantity, t.cost) is distinct from (coalesce(l.quantity, 0), coalesce(l.cost, 0))
    )
    or (t.method = 'wac' and l.position_id is not null);

comment on view utl_private.check_lots_cover_positions is
'The open lots of a position add up to its quantity and its cost';
