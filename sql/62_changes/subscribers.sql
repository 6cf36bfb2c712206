create or replace view utl.subscribers as
select
    s.subscriber,
    (
        select array_agg(b.book order by b.book)
        from utl_private.books as b
        where b.book_id = any(s.book_ids)
    ) as books,
    (
        select array_agg(i.instrument order by i.instrument)
        from utl_private.instruments as i
        where i.instrument_id = any(s.instrument_ids)
    ) as instruments,
    s.causes,
    s.costings,
    s.acknowledged_id as change_id,
    greatest(w.safe_change_id - s.acknowledged_id, 0) as lag_changes,
    coalesce(extract(epoch from clock_timestamp() - n.changed_at), 0) as lag_seconds,
    s.incarnation <> utl_private.incarnation()
    or coalesce(s.dropped_id > s.acknowledged_id, false) as is_stale,
    s.incarnation,
    s.subscribed_at,
    s.fetched_at
from utl_private.subscribers as s
cross join utl_private.watermarks as w
left join lateral (
    select h.changed_at
    from utl_private.position_changes as h
    where
        h.change_id > s.acknowledged_id and h.change_id <= w.safe_change_id
        and h.changed_at > s.acknowledged_at - interval '1 day'
    order by h.change_id
    limit 1
) as n on true;

comment on view utl.subscribers is
'Who follows the stream, what of it, and how far he has come.';
comment on column utl.subscribers.subscriber is 'His name.';
comment on column utl.subscribers.books is
'The books that he wants, with all below them; null: all.';
comment on column utl.subscribers.instruments is 'The instruments that he wants; null: all.';
comment on column utl.subscribers.causes is
'The causes that he wants, as in utl.position_changes; null: all.';
comment on column utl.subscribers.costings is
'primary: changes of the primary costing of each book; all: of each costing.';
comment on column utl.subscribers.change_id is 'The last change that he has acknowledged.';
comment on column utl.subscribers.lag_changes is
'How many changes may be read after it: at most, for ids have gaps and some he may not want.';
comment on column utl.subscribers.lag_seconds is
'How old the first of these is; 0 if there is none.';
comment on column utl.subscribers.is_stale is
'Whether the server was restored or promoted since, or changes that he wants were dropped: he is
told when he fetches, and goes on after utl.rewind.';
comment on column utl.subscribers.incarnation is
'The life of the database in which his change_id was.';
comment on column utl.subscribers.subscribed_at is 'Since when he is known.';
comment on column utl.subscribers.fetched_at is 'When he fetched last, to the second.';
