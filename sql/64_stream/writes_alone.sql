create or replace function utl_private.writes_alone(xid xid8)
returns boolean
language sql
volatile
as $writes_alone$
    select not exists (
        select
        from pg_catalog.pg_locks as l
        where
            l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted
            and l.transactionid <> writes_alone.xid::xid
    )
$writes_alone$;

comment on function utl_private.writes_alone(xid8) is
'Whether no other transaction of the cluster has an id: each that has one holds a lock on it until
it has ended, and prepared ones do, too.';
