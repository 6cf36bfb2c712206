create or replace function utl_private.archived_up_to(
    of_book_id integer default null, with_frozen boolean default false
)
returns timestamptz
language plpgsql
stable
as $archived_up_to$
begin
    return (
        select coalesce(max(a.month_end), '-infinity')
        from utl_private.archives as a
        where
            a.relation = 'fills' and a.restored_at is null
            and (a.archived_at is not null or with_frozen)
            and (
                of_book_id is null
                or exists (
                    select from utl_private.archived_flows as f
                    where f.archive_id = a.archive_id and f.book_id = of_book_id
                )
                or exists (
                    select from utl.fills as f
                    where
                        a.archived_at is null and f.book_id = of_book_id
                        and f.executed_at >= a.month_start and f.executed_at < a.month_end
                )
            )
    );
end
$archived_up_to$;

comment on function utl_private.archived_up_to(integer, boolean) is
'Before which time fills of a book, or with null of any, are archived; with those of the month that
is being archived, if asked for. -infinity: none is.';
