create or replace function utl_private.require_facts(
    of_book_id integer,
    since timestamptz default '-infinity',
    as_known timestamptz default 'infinity',
    with_frozen boolean default false
)
returns boolean
language plpgsql
stable
as $require_facts$
declare
    _archived_up_to timestamptz := utl_private.archived_up_to(of_book_id, with_frozen);
    _known_up_to timestamptz;
begin
    if as_known < 'infinity' and _archived_up_to > '-infinity' then
        select max(a.known_up_to) into _known_up_to
        from utl_private.archives as a
        where a.archived_at is not null and a.restored_at is null;
    end if;
    if since < _archived_up_to or as_known < _known_up_to then
        raise exception 'this needs fills that are archived'
        using
            errcode = '55U06',
            detail = concat(
                'Those before ', _archived_up_to, ' are',
                (
                    select format(', in book %s', b.book) from utl_private.books as b
                    where b.book_id = of_book_id
                ),
                '. It needs ',
                case since when '-infinity' then 'all' else 'those since ' || since end,
                case when as_known < _known_up_to then format(', as known at %s', as_known) end,
                '.'
            ),
            hint = (
                select format(
                    'Bring them back with `utl restore --from %s`; '
                    'utl.archived_partitions lists them.',
                    to_char(min(a.month_start) at time zone 'UTC', 'YYYY-MM')
                )
                from utl_private.archives as a
                where
                    a.relation = 'fills' and a.restored_at is null
                    and (a.month_end > since or a.known_up_to > as_known)
            );
    end if;
    return true;
end
$require_facts$;

comment on function utl_private.require_facts(
    integer, timestamptz, timestamptz, boolean
) is
'Raises 55U06 if fills of a book, or with null of any, are archived that are later than a time or
became known, or were corrected, after a moment; with those of the month that is being archived, if
asked for. True otherwise.';
