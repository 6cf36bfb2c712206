create or replace function utl.digest_archive(archive_id bigint)
returns utl.archived_partitions
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $digest_archive$
declare
    _archive utl_private.archives := utl_private.archive_in(archive_id);
    _row utl.archived_partitions;
begin
    if _archive.archived_at is null then
        update utl_private.archives as a set (rows, digest) = (
            select d.rows, d.digest
            from utl_private.digest_rows(
                format('utl_private.%I', _archive.partition)::regclass, _archive.columns
            ) as d
        )
        where a.archive_id = digest_archive.archive_id;
    end if;
    select a.* into _row
    from utl.archived_partitions as a
    where a.archive_id = digest_archive.archive_id;
    return _row;
end
$digest_archive$;

comment on function utl.digest_archive(bigint) is
'A step of `utl archive`: counts and digests a month that is frozen. Returns its row. 55U07: there
is no such archive.';
