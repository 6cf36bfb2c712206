-- The stream: booking writes a row for each position that a statement changed. Who reads it must
-- not read what is still being written before it: rows come to be seen in another order than that
-- of their ids. So there is a watermark. A tick notes the last id that was drawn, S, and only then
-- draws a transaction id of its own, N. Whoever drew an id up to S had a transaction id before
-- that, lower than N; once all of these lower than N have ended, all up to S can be seen. Who has
-- drawn ids and has not ended is known by his lock on their sequence. Subscribers read in order of
-- change_id up to the watermark, keep how far they came, and miss nothing.

create or replace function utl_private.bookings()
returns table (pid integer, xid xid)
language sql
stable
as $bookings$
    with locks as materialized (select l.* from pg_catalog.pg_locks as l)

    select l.pid, x.transactionid
    from locks as l
    left join locks as x
        on
            l.virtualtransaction = x.virtualtransaction
            and x.locktype = 'transactionid' and x.mode = 'ExclusiveLock' and x.granted
    where
        l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
        and l.relation = 'utl_private.change_ids'::regclass
        and l.database = (
            select d.oid from pg_catalog.pg_database as d where d.datname = current_database()
        )
$bookings$;

comment on function utl_private.bookings() is
'The transactions that have drawn ids of changes and have not ended: who draws one locks the
sequence until his end, as he does his transaction id. pid is null for a prepared transaction, xid
for one that has none yet. Written so that the planner inlines it.';
