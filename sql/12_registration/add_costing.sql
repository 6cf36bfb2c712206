create or replace function utl.add_costing(
    book text,
    method text,
    costing text default null,
    pool text default 'book',
    fees text default 'expense',
    rank_by text default 'price',
    booking_order text default 'event_time',
    is_primary boolean default false,
    basis text default 'instrument'
)
returns utl.costings
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_costing$
declare
    _book_id integer := utl.book_id(book);
    _name text := coalesce(
        costing, method || case basis when 'asset' then '-asset' else '' end
    );
    _added utl_private.costings;
    _costing utl.costings;
begin
    if not exists (
        select from utl_private.costings as c where c.book_id = _book_id and c.costing = _name
    ) then
        -- Booking waits, so that each fill is either built from here or sees the new costing.
        perform utl_private.hold_book(_book_id);
        insert into utl_private.costings (
            book_id, costing, method, pool, basis, fees, rank_by, booking_order, is_built
        )
        values (
            _book_id, _name, method, pool, basis, fees, rank_by, booking_order,
            not utl_private.is_long(_book_id)
        )
        on conflict on constraint costings_are_named_once_a_book do nothing
        returning * into _added;
        if found then
            perform utl_private.start_costing(_added);
        end if;
    end if;
    if is_primary then
        perform utl_private.make_primary(_book_id, _name);
    end if;

    select c.* into _costing from utl.costings as c
    where c.book_id = _book_id and c.costing = _name
    order by c.starts_at nulls first
    limit 1;
    if (
        _costing.method, _costing.pool, _costing.basis, _costing.fees, _costing.rank_by,
        _costing.booking_order
    ) is distinct from (method, pool, basis, fees, rank_by, booking_order)
    then
        raise exception 'costing % of book % is there with other settings', _name, book
        using
            errcode = '23U02',
            detail = row_to_json(_costing)::text,
            hint = 'Give the new costing a name of its own: costing => ''…''.';
    end if;
    return _costing;
end
$add_costing$;

comment on function utl.add_costing(text, text, text, text, text, text, text, boolean, text) is
'Adds a costing to a book, named after its method unless a name is given, and builds it from the
fills that the book has; if these are many it only starts, and utl.build_costings goes on beside
booking. method: wac, fifo, lifo, hifo, lofo; pool: book or account; fees: expense
or capitalize; rank_by (hifo, lofo): price or unit_cost, which has the fee in it; booking_order:
event_time or arrival; is_primary moves the mark of the costing that utl.positions shows.
basis: instrument, each traded instrument in its cost asset, or asset, what is owned as inventories
of coins in the reporting currency of the book (named after its method and -asset).
Repeating it changes nothing. 22U01: unknown book; 23U02: the name is taken by another costing;
23514: a setting has no such value. Returns its row of utl.costings.';
