create or replace function utl_private.require_drained(archive utl_private.archives)
returns void
language plpgsql
as $require_drained$
declare
    _oldest timestamptz;
begin
    execute format(
        'select min(d.%I) from utl_private.%I as d',
        utl_private.time_of(archive.relation), archive.relation || '_default'
    ) into _oldest;
    if _oldest < archive.month_end then
        raise exception '% cannot be taken out', archive.partition
        using
            errcode = '55U07',
            detail = format('The default partition has facts of %s.', _oldest),
            hint = 'Call `utl maintain`, then archive again: older months have to go first.';
    end if;
end
$require_drained$;

comment on function utl_private.require_drained(utl_private.archives) is
'Raises 55U07 if the default partition has facts of an archived time: of months without a
partition.';
