create or replace function utl.finish_restore(archive_id bigint)
returns utl.archived_partitions
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '2s'
as $finish_restore$
declare
    _archive utl_private.archives := utl_private.archive_in(archive_id);
    _staged regclass;
    _row utl.archived_partitions;
begin
    if _archive.archived_at is not null then
        perform utl_private.require_digest(_archive);
        _staged := format('utl_private.%I', _archive.partition || '_staged')::regclass;
        -- From here on booking waits.
        perform utl_private.stand_for_archived(_archive.relation, (
            select max(a.month_end)
            from utl_private.archives as a
            where
                a.relation = _archive.relation and a.archived_at is not null
                and a.restored_at is null and a.archive_id <> _archive.archive_id
        ));
        execute format(
            'alter table utl.%I attach partition %s for values from (%L) to (%L)',
            _archive.relation, _staged, _archive.month_start, _archive.month_end
        );
        execute format(
            'alter table %s drop constraint %I', _staged, _archive.partition || '_bounds'
        );
        execute format('alter table %s rename to %I', _staged, _archive.partition);
        perform utl_private.guard_partition(_staged);
        delete from utl_private.archived_flows as f where f.archive_id = _archive.archive_id;
        delete from utl_private.archived_origins as f where f.archive_id = _archive.archive_id;
    else
        execute format(
            'drop table if exists utl_private.%I', _archive.partition || '_staged'
        );
        execute format(
            'drop trigger t20_refuse_archived on utl_private.%I', _archive.partition
        );
    end if;
    update utl_private.archives as a set restored_at = clock_timestamp()
    where a.archive_id = finish_restore.archive_id;
    select a.* into _row
    from utl.archived_partitions as a
    where a.archive_id = finish_restore.archive_id;
    return _row;
end
$finish_restore$;

comment on function utl.finish_restore(bigint) is
'The last step of `utl restore`: brings a month back from what was staged, if that is what the month
was; one that was only frozen takes facts again. 55U07: it is not archived, or a later month is,
too; 55U08: the file says otherwise; 55P03: no lock within two seconds. Returns its row.';
