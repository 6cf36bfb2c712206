create or replace function utl.change_costing(
    book text,
    method text,
    from_time timestamptz,
    costing text default null,
    fees text default null,
    rank_by text default null
)
returns utl.costings
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $change_costing$
declare
    _book_id integer := utl.book_id(book);
    _last utl_private.costings;
    _next utl_private.costings;
    _row utl.costings;
begin
    perform utl_private.hold_book(_book_id);
    select c.* into _last
    from utl_private.costings as c
    where
        c.book_id = _book_id and c.ends_at = 'infinity'
        and case
            when change_costing.costing is null then c.is_primary
            else c.costing = change_costing.costing
        end;
    perform utl_private.require_changeable(_last, book, costing, from_time);
    _next := _last;
    _next.method := method;
    _next.fees := coalesce(change_costing.fees, _last.fees);
    _next.rank_by := coalesce(change_costing.rank_by, _last.rank_by);
    if _last.starts_at < from_time then
        update utl_private.costings as c set ends_at = from_time
        where c.book_id = _book_id and c.costing_id = _last.costing_id;
        insert into utl_private.costings (
            book_id, costing, method, pool, basis, fees, rank_by, booking_order, is_primary,
            starts_at
        )
        values (
            _book_id, _last.costing, _next.method, _last.pool, _last.basis, _next.fees,
            _next.rank_by, _last.booking_order, _last.is_primary, from_time
        )
        returning * into _next;
        perform utl_private.go_on_with(_last, _next);
    elsif _next is distinct from _last then
        raise exception 'costing % of book % has another method from then on', _last.costing, book
        using
            errcode = '23U02',
            detail = format('It is %s from %s on.', _last.method, _last.starts_at),
            hint = 'Change it at a later time.';
    end if;
    select c.* into _row
    from utl.costings as c
    where c.book_id = _book_id and c.costing_id = _next.costing_id;
    return _row;
end
$change_costing$;

comment on function utl.change_costing(text, text, timestamptz, text, text, text) is
'From from_time on a costing of a book (null: its primary one) goes on by another method, and with
other fees or rank_by where given, from the lots or the average of that moment; what it realized
before stays. from_time may be in the past: what came after it is booked again, from the facts, and
recorded in utl.restatements. It may be in the future. Pool and booking order cannot change. Changes
are made in order of time; repeating the last changes nothing. 22U01: unknown book or costing;
22U05: no such time; 23U02: another method is there from then on; 23U05: a change is there after it,
or it is in a closed period; 55U03: the costing is being built. Returns its row of utl.costings.';
