create or replace function utl_private.archive_in(archive_id bigint)
returns utl_private.archives
language plpgsql
as $archive_in$
declare
    _archive utl_private.archives;
begin
    select a.* into _archive
    from utl_private.archives as a
    where a.archive_id = archive_in.archive_id
    for update;
    if not found or _archive.restored_at is not null or exists (
        select from utl_private.archives as a
        where
            a.relation = _archive.relation and a.archived_at is not null
            and a.restored_at is null
            and a.month_start > _archive.month_start
    ) then
        raise exception 'archive % cannot be worked on', archive_id
        using
            errcode = '55U07',
            detail = case
                when _archive.archive_id is null then 'There is no such archive.'
                when _archive.restored_at is not null
                    then format('It was restored at %s.', _archive.restored_at)
                else 'Later months are archived, too.'
            end,
            hint = 'Months come back from the last one on: utl.archived_partitions lists them.';
    end if;
    return _archive;
end
$archive_in$;

comment on function utl_private.archive_in(bigint) is
'An archive, for who changes it, alone. 55U07: there is none, it has been restored, or a later month
is archived, too.';
