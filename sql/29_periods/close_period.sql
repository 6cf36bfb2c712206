create or replace function utl.close_period(
    book text, up_to timestamptz, reason text default null
)
returns utl.period_changes
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $close_period$
declare
    _book_id integer := utl.book_id(book);
    _closed_up_to timestamptz;
begin
    if up_to is null or not isfinite(up_to) or up_to > clock_timestamp() then
        raise exception 'a period cannot be closed up to %', coalesce(up_to::text, 'no time')
        using
            errcode = '22U05',
            detail = format('It is %s now.', clock_timestamp()),
            hint = 'Give a time in the past: facts of an earlier time are then of a closed period.';
    end if;
    perform utl_private.hold_book(_book_id);
    select b.closed_up_to into _closed_up_to
    from utl_private.books as b
    where b.book_id = _book_id;
    if up_to < _closed_up_to then
        raise exception 'book % is closed up to % already', book, _closed_up_to
        using
            errcode = '23U05',
            detail = format('It was to be closed up to %s.', up_to),
            hint = 'utl.reopen_period opens what is closed.';
    end if;
    return utl_private.change_period(_book_id, 'close', up_to, reason);
end
$close_period$;

comment on function utl.close_period(text, timestamptz, text) is
'Closes a book up to, not with, a time: its figures before it do not change any more. Facts of an
earlier time that still come are booked at this time and marked: utl.prior_period_bookings.
Repeating it changes nothing. 22U01: unknown book; 22U05: a time in the future, or none; 23U05:
the book is closed further than that. Returns what was recorded, a row of utl.period_changes.';
