create or replace function utl.begin_archive(month date, facts text default 'fills')
returns utl.archived_partitions
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '2s'
as $begin_archive$
declare
    _start timestamptz := date_trunc('month', begin_archive.month::timestamptz);
    _end timestamptz := _start + interval '1 month';
    _partition text := facts || to_char(_start, '_YYYY_MM');
    _found record;
    _row utl.archived_partitions;
begin
    lock table utl_private.archives in share row exclusive mode;
    select a.* into _row from utl.archived_partitions as a
    where
        a.facts = begin_archive.facts and a.month = to_char(_start, 'YYYY-MM')
        and a.state = 'being archived';
    if found then
        return _row;
    end if;
    -- Who adds, corrects or reopens is waited for: he would not see that the month is frozen.
    if to_regclass('utl_private.' || _partition) is not null then
        execute format('lock table utl_private.%I in share row exclusive mode', _partition);
    end if;
    lock table utl.corrections in share row exclusive mode;
    perform from utl_private.books as b for share;
    select a.* into _found
    from utl.archivable(_end::date, facts) as a
    order by a.month
    limit 1;
    if _found.month is distinct from _start::date or _found.problem is not null then
        raise exception '% of % cannot be archived', facts, to_char(_start, 'YYYY-MM')
        using
            errcode = '55U07',
            detail = coalesce(
                _found.problem,
                format('Its turn is after %s.', to_char(_found.month, 'YYYY-MM')),
                'It is not there.'
            ),
            hint = 'utl.archivable lists months, the oldest first, and what is in the way.';
    end if;
    insert into utl_private.archives (relation, partition, month_start, month_end, columns)
    select
        facts, _partition, _start, _end,
        array_agg(c.attname::text order by c.attnum)
    from pg_catalog.pg_attribute as c
    where
        c.attrelid = ('utl.' || facts)::regclass and c.attnum > 0 and not c.attisdropped;
    perform utl_private.refuse_rows(_partition, facts);
    select a.* into _row from utl.archived_partitions as a
    where a.facts = begin_archive.facts and a.state = 'being archived';
    return _row;
end
$begin_archive$;

comment on function utl.begin_archive(date, text) is
'The first step of `utl archive`: freezes a month (UTC) of fills or prices: it takes no more facts,
and its fills no corrections (55U06), until it is restored. Repeating it changes nothing. 55U07: the
month cannot be archived; 55P03: no lock within two seconds. Returns its row.';
