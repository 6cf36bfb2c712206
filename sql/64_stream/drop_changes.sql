create or replace function utl.drop_changes()
returns setof text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '500ms'
as $drop_changes$
declare
    _before timestamptz := date_trunc('day', (
        select clock_timestamp() - s.stream_retention from utl_private.settings as s
    ));
    _partition text;
begin
    perform utl_private.note_dropped(_before);
    for _partition in
        select c.relname
        from pg_catalog.pg_inherits as i
        inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'utl_private.position_changes'::regclass
            and c.relname ~ '^position_changes_\d{4}_\d{2}_\d{2}$'
            and to_timestamp(c.relname, '"position_changes_"YYYY_MM_DD') < _before
        order by c.relname
    loop
        execute format('drop table utl_private.%I', _partition);
        return next _partition;
    end loop;
    delete from utl_private.position_changes_default as h where h.changed_at < _before;
    if found then
        return next 'position_changes_default';
    end if;
end
$drop_changes$;

comment on function utl.drop_changes() is
'Drops the changes of positions that are older than the setting stream_retention, by whole days
(UTC). Returns the partitions that were dropped, and position_changes_default if changes were
deleted from it. A subscriber that wants them and has not acknowledged them is told when it fetches
next: 55U05. Booking waits while it waits for who reads the stream, so it gives up after half a
second: 55P03.';
