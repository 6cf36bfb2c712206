create or replace function utl.reopen_period(
    book text, up_to timestamptz default '-infinity', reason text default null
)
returns utl.period_changes
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $reopen_period$
declare
    _book_id integer := utl.book_id(book);
    _change utl.period_changes;
begin
    if up_to is null or up_to = 'infinity' then
        raise exception 'a period cannot be reopened from %', coalesce(up_to::text, 'no time')
        using
            errcode = '22U05',
            detail = format('The book is %s.', book),
            hint = 'Give the time up to which it stays closed; -infinity opens all.';
    end if;
    perform utl_private.hold_book(_book_id);
    if up_to > (
        select b.closed_up_to from utl_private.books as b where b.book_id = _book_id
    ) then
        raise exception 'book % is not closed up to %', book, up_to
        using
            errcode = '23U05',
            detail = 'utl.books says up to when it is.',
            hint = 'utl.close_period closes more.';
    end if;
    _change := utl_private.change_period(_book_id, 'reopen', up_to, reason);
    perform utl_private.hold_facts(_book_id, up_to);
    perform utl_private.rebook_reopened(_book_id, up_to, _change.period_change_id);
    return _change;
end
$reopen_period$;

comment on function utl.reopen_period(text, timestamptz, text) is
'Opens a book again from a time on; it stays closed up to it. What was booked later than its time,
because its period was closed, is booked where it belongs, and what that changes is in
utl.restatements. 22U01: unknown book; 22U05: no such time; 23U05: the book is not closed up to it;
55U06: fills of a later time are archived.
Returns what was recorded, a row of utl.period_changes.';
