create or replace function utl_private.change_period(
    book_id integer, kind text, up_to timestamptz, reason text
)
returns utl.period_changes
language plpgsql
as $change_period$
declare
    _up_to_before timestamptz;
    _change utl.period_changes;
begin
    select b.closed_up_to into _up_to_before
    from utl_private.books as b
    where b.book_id = change_period.book_id;
    if up_to <> _up_to_before then
        update utl_private.books as b set closed_up_to = up_to
        where b.book_id = change_period.book_id;
        insert into utl_private.period_changes (book_id, kind, up_to, up_to_before, reason)
        values (
            change_period.book_id, change_period.kind, change_period.up_to, _up_to_before,
            change_period.reason
        );
    end if;
    select c.* into _change
    from utl.period_changes as c
    where c.book_id = change_period.book_id
    order by c.period_change_id desc
    limit 1;
    return _change;
end
$change_period$;

comment on function utl_private.change_period(integer, text, timestamptz, text) is
'Sets up to when a book is closed, and records it if it is new. Returns what was recorded last.';
