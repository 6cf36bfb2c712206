create or replace function utl_private.wanted_changes(
    wanted utl_private.subscribers, up_to_id bigint
)
returns setof utl_private.position_changes
language sql
stable
as $wanted_changes$
    select h.*
    from utl_private.position_changes as h
    inner join utl_private.positions as p
        on h.position_id = p.position_id and h.book_id = p.book_id
    inner join utl_private.costings as c
        on p.book_id = c.book_id and p.costing_id = c.costing_id
    where
        h.change_id > wanted.acknowledged_id and h.change_id <= up_to_id
        and (wanted.costings = 'all' or c.is_primary)
        and (wanted.book_ids is null or h.book_id = any(wanted.book_ids))
        and (wanted.instrument_ids is null or p.instrument_id = any(wanted.instrument_ids))
        and (wanted.causes is null or h.cause = any(wanted.causes))
$wanted_changes$;

comment on function utl_private.wanted_changes(utl_private.subscribers, bigint) is
'The changes after those that a subscriber has acknowledged, up to an id, that he wants. Written so
that the planner inlines it.';
