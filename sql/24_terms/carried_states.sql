create or replace view utl_private.carried_states as
select
    p.position_id,
    c.starts_at,
    b.position_id as from_position_id,
    b.method as from_method,
    b.quantity,
    b.cost,
    b.realized_pnl,
    b.fees,
    b.opened_at,
    b.last_effective_at
from utl_private.positions as p
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
cross join
    lateral (
        select a.*, f.method
        from utl_private.costings as f
        inner join utl_private.positions as a
            on f.book_id = a.book_id and f.costing_id = a.costing_id
        where
            f.book_id = c.book_id and f.costing = c.costing and f.starts_at < c.starts_at
            and a.instrument_id = p.instrument_id and a.account_id = p.account_id
            and a.last_effective_at > '-infinity'
        order by f.starts_at desc
        limit 1
    ) as b
where c.starts_at > '-infinity';

comment on view utl_private.carried_states is
'What each position of a costing that goes on with another method starts from: the end of the last
position before it in which there was anything. No row where there was nothing.';
