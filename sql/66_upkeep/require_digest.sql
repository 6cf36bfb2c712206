create or replace function utl_private.require_digest(archive utl_private.archives)
returns void
language plpgsql
as $require_digest$
declare
    _found record;
begin
    select d.* into _found
    from utl_private.digest_rows(
        format('utl_private.%I', archive.partition || '_staged')::regclass, archive.columns
    ) as d;
    if (_found.rows, _found.digest) is distinct from (archive.rows, archive.digest) then
        raise exception 'the file of % does not say what was archived', archive.partition
        using
            errcode = '55U08',
            detail = format(
                'It has %s rows with digest %s, and should have %s with %s.',
                _found.rows, _found.digest, archive.rows, archive.digest
            ),
            hint = 'It was altered or damaged: take another copy of it.';
    end if;
end
$require_digest$;

comment on function utl_private.require_digest(utl_private.archives) is
'Raises 55U08 unless what was staged from the file of an archive is what the partition was.';
