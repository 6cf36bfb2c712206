create or replace function utl.oldest_writer(
    out pid integer, out application text, out since timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $oldest_writer$
    select
        b.pid,
        coalesce(a.application_name, format('prepared transaction %s', p.gid)),
        coalesce(a.xact_start, p.prepared)
    from utl_private.bookings() as b
    left join pg_catalog.pg_stat_activity as a on b.pid = a.pid
    left join pg_catalog.pg_prepared_xacts as p on b.xid = p.transaction
    where b.pid is distinct from pg_backend_pid()
    order by age(b.xid) desc
    limit 1
$oldest_writer$;

comment on function utl.oldest_writer() is
'The transaction of another session that has been booking for longest: what is booked after it began
waits for its end before it can be read from the stream. Nulls if nobody books. pid is null for a
prepared transaction. What sessions of others are is seen if the ledger''s owner may read all
statistics, as a superuser and members of pg_monitor may.';
