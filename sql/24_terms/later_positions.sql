create or replace view utl_private.later_positions as
select
    b.position_id,
    a.position_id as later_position_id,
    n.starts_at
from utl_private.costings as c
inner join utl_private.costings as n
    on c.book_id = n.book_id and c.costing = n.costing and c.starts_at < n.starts_at
inner join utl_private.positions as b
    on c.book_id = b.book_id and c.costing_id = b.costing_id
inner join utl_private.positions as a
    on
        n.book_id = a.book_id and n.costing_id = a.costing_id
        and b.instrument_id = a.instrument_id and b.account_id = a.account_id
where a.last_effective_at > '-infinity';

comment on view utl_private.later_positions is
'Positions of costings that changed, with those that go on by a later method and in which there is
anything.';
