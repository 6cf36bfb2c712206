create or replace function utl.oldest_writer(
    out pid integer, out application text, out since timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $oldest_writer$
    select w.pid, w.application, w.since
    from (
        select a.pid, a.application_name, a.xact_start, a.backend_xid
        from pg_catalog.pg_stat_activity as a
        where a.backend_xid is not null and a.pid <> pg_backend_pid()
        union all
        select null, format('prepared transaction %s', p.gid), p.prepared, p.transaction
        from pg_catalog.pg_prepared_xacts as p
    ) as w (pid, application, since, xid)
    order by age(w.xid) desc
    limit 1
$oldest_writer$;

comment on function utl.oldest_writer() is
'The transaction of another session that has been writing for longest, in any database of the
cluster: what is booked after it began waits for its end before it can be read from the stream.
Nulls if nobody writes. pid is null for a prepared transaction. Sessions of others are seen if the
ledger''s owner may read all statistics, as a superuser and members of pg_monitor may.';
