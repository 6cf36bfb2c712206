create or replace view utl.stream as
select
    w.safe_change_id,
    case when q.is_called then q.last_value else q.last_value - 1 end as last_change_id,
    w.ticked_at,
    coalesce(extract(epoch from clock_timestamp() - n.changed_at), 0) as watermark_age,
    utl_private.incarnation() as incarnation,
    s.notify,
    pg_notification_queue_usage() as queue_usage,
    o.pid as blocked_by_pid,
    o.application as blocked_by,
    o.since as blocked_since
from utl_private.watermarks as w
cross join utl_private.change_ids as q
cross join utl_private.settings as s
left join lateral (
    select h.changed_at
    from utl_private.position_changes as h
    where h.change_id > w.safe_change_id and h.changed_at > w.ticked_at - interval '1 day'
    order by h.change_id
    limit 1
) as n on true
left join lateral utl.oldest_writer() as o on n.changed_at is not null;

comment on view utl.stream is
'How the stream of position changes is: one row.';
comment on column utl.stream.safe_change_id is
'The watermark: everything up to this change can be read.';
comment on column utl.stream.last_change_id is 'The last id that was drawn, booked or not yet.';
comment on column utl.stream.ticked_at is 'When the watermark was moved last.';
comment on column utl.stream.watermark_age is
'Seconds since the first change that is booked and cannot be read yet; 0 if there is none. It grows
while a transaction that books stays open, or while nobody ticks.';
comment on column utl.stream.incarnation is
'Which life of the database this is: another one after it was restored or promoted.';
comment on column utl.stream.notify is 'The setting: direct, ticker or off.';
comment on column utl.stream.queue_usage is
'How full the server''s queue of notifications is, from 0 to 1; it fills while a session that
listens stays in a transaction. From 0.5 on booking notifies nobody.';
comment on column utl.stream.blocked_by_pid is
'The session whose transaction the first change that cannot be read yet may be waiting for: the one
that has been booking for longest. pg_terminate_backend(…) ends it. Null if
nothing waits.';
comment on column utl.stream.blocked_by is
'The application of that session, or the prepared transaction.';
comment on column utl.stream.blocked_since is 'When that transaction began.';
