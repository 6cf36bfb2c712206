create or replace function utl_private.ring_for_many(
    changes utl_private.position_changes[], from_change_id bigint
)
returns void
language sql
as $ring_for_many$
    select pg_notify(
        n.channel, json_build_object('change_id', n.change_id, 'changes', n.changes)::text
    )
    from (
        select 'utl_positions' as channel, max(h.change_id) as change_id, count(*) as changes
        from unnest(changes) as h
        union all
        select utl_private.channel_of(b.book), h.change_id, h.changes
        from (
            select h.book_id, max(h.change_id) as change_id, count(*) as changes
            from unnest(changes) as h
            group by h.book_id
        ) as h
        inner join utl_private.books as b on h.book_id = b.book_id
        where h.change_id >= from_change_id
    ) as n
$ring_for_many$;

comment on function utl_private.ring_for_many(utl_private.position_changes[], bigint) is
'Notifies of many changes at once: their number, all costings counted, and the last change_id; on
utl_positions, and on the channel of each book that has some from a change on.';
