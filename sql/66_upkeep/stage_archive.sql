create or replace function utl.stage_archive(archive_id bigint)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $stage_archive$
declare
    _archive utl_private.archives := utl_private.archive_in(archive_id);
    _staged text := _archive.partition || '_staged';
    _key name := utl_private.time_of(_archive.relation);
begin
    execute format('drop table if exists utl_private.%I', _staged);
    if _archive.archived_at is null then
        execute format(
            'create unlogged table utl_private.%I (like utl.%I)', _staged, _archive.relation
        );
    else
        execute format(
            'create table utl_private.%I '
            '(like utl.%I including defaults including constraints including indexes, '
            'constraint %I check (%I >= %L and %I < %L))',
            _staged, _archive.relation, _archive.partition || '_bounds',
            _key, _archive.month_start, _key, _archive.month_end
        );
    end if;
    return format('utl_private.%I', _staged);
end
$stage_archive$;

comment on function utl.stage_archive(bigint) is
'A step of `utl archive` and `utl restore`: makes an empty table for what the file of an archive
says, to be compared, or to be brought back. Returns its name. 55U07: there is no such archive, or
it has been restored, or there is one of a later month.';
