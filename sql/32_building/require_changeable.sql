create or replace function utl_private.require_changeable(
    last utl_private.costings, book text, costing text, from_time timestamptz
)
returns void
language plpgsql
as $require_changeable$
declare
    _closed_up_to timestamptz;
begin
    select b.closed_up_to into _closed_up_to
    from utl_private.books as b
    where b.book_id = last.book_id;
    if last.costing_id is null then
        raise exception 'book % has no costing %', book, costing
        using
            errcode = '22U01',
            detail = 'Its primary costing is meant where none is named.',
            hint = 'utl.costings lists them; utl.add_costing adds one.';
    elsif from_time is null or not isfinite(from_time) then
        raise exception 'a costing cannot change at %', coalesce(from_time::text, 'no time')
        using
            errcode = '22U05',
            detail = format('The costing is %s of book %s.', last.costing, book),
            hint = 'Give the first moment at which the new method holds.';
    elsif last.booking_order = 'arrival' then
        raise exception 'costing % books in order of arrival and cannot change', last.costing
        using
            errcode = '23U05',
            detail = 'Times of execution do not part what is in order of arrival.',
            hint = 'Add another costing with utl.add_costing.';
    elsif not last.is_built then
        raise exception 'costing % of book % is being built', last.costing, book
        using
            errcode = '55U03',
            detail = 'Its history is not booked yet.',
            hint = 'Wait for it, or build it now: call utl.build_costings().';
    elsif from_time < last.starts_at then
        raise exception 'costing % of book % has changed after %', last.costing, book, from_time
        using
            errcode = '23U05',
            detail = format('It is %s from %s on.', last.method, last.starts_at),
            hint = 'Changes are made in order of time.';
    elsif from_time < _closed_up_to then
        raise exception 'book % is closed at %', book, from_time
        using
            errcode = '23U05',
            detail = format('It is closed up to %s.', _closed_up_to),
            hint = 'Change it later, or reopen the period with utl.reopen_period.';
    end if;
end
$require_changeable$;

comment on function utl_private.require_changeable(
    utl_private.costings, text, text, timestamptz
) is
'Raises 22U01, 22U05, 23U05 or 55U03 unless a costing can change its method at a time.';
