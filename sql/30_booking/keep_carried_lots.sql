create or replace function utl_private.keep_carried_lots(changed utl_private.position_terms[])
returns void
language sql
as $keep_carried_lots$
    delete from utl_private.carried_lots as k
    using unnest(changed) as t
    where k.position_id = t.position_id and k.book_id = t.book_id and k.sequence is null;

    insert into utl_private.carried_lots (position_id, fill_id, book_id, opened_at, origin_id)
    select t.position_id, o.fill_id, t.book_id, coalesce(k.opened_at, o.opened_at), k.origin_id
    from unnest(changed) as t
    inner join utl_private.carried_states as s on t.position_id = s.position_id
    inner join utl_private.open_lots as o on s.from_position_id = o.position_id
    left join utl_private.carried_lots as k
        on o.position_id = k.position_id and o.fill_id = k.fill_id and o.book_id = k.book_id
$keep_carried_lots$;

comment on function utl_private.keep_carried_lots(utl_private.position_terms[]) is
'Keeps when the lots were opened that positions take over from the method before.';
