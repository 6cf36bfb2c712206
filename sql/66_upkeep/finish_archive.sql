create or replace function utl.finish_archive(archive_id bigint, path text)
returns utl.archived_partitions
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '2s'
as $finish_archive$
declare
    _archive utl_private.archives := utl_private.archive_in(archive_id);
    _row utl.archived_partitions;
begin
    if _archive.archived_at is null then
        perform utl_private.require_digest(_archive);
        if _archive.relation = 'fills' then
            perform utl_private.keep_of_archived(_archive);
        end if;
        execute format('drop table utl_private.%I', _archive.partition || '_staged');
        -- From here on booking waits, and before for who reads fills: last, and not for long.
        execute format(
            'alter table utl.%I detach partition utl_private.%I',
            _archive.relation, _archive.partition
        );
        execute format('drop table utl_private.%I', _archive.partition);
        perform utl_private.require_drained(_archive);
        perform utl_private.stand_for_archived(_archive.relation, _archive.month_end);
        update utl_private.archives as a
        set archived_at = clock_timestamp(), path = finish_archive.path
        where a.archive_id = finish_archive.archive_id;
    end if;
    select a.* into _row
    from utl.archived_partitions as a
    where a.archive_id = finish_archive.archive_id;
    return _row;
end
$finish_archive$;

comment on function utl.finish_archive(bigint, text) is
'The last step of `utl archive`: takes a frozen month out, for good but for the file at path, if
what was staged from that is what the month is. Repeating it changes nothing. 55U07: there is no
such archive, or a default partition has older facts; 55U08: the file says otherwise; 55P03: no lock
within two seconds. Returns its row.';
