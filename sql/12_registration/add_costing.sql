create or replace function utl.add_costing(
    book text,
    method text,
    costing text default null,
    pool text default 'book',
    fees text default 'expense',
    rank_by text default 'price',
    booking_order text default 'event_time',
    is_primary boolean default false
)
returns utl.costings
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_costing$
declare
    _book_id integer := utl.book_id(book);
    _name text := coalesce(costing, method);
    _costing utl.costings;
begin
    if not exists (
        select from utl_private.costings as c where c.book_id = _book_id and c.costing = _name
    ) then
        -- Fills wait, so that each is either built from the facts here or sees the new costing.
        lock table utl.fills in share row exclusive mode;
        insert into utl_private.costings (
            book_id, costing, method, pool, fees, rank_by, booking_order
        )
        values (_book_id, _name, method, pool, fees, rank_by, booking_order)
        on conflict on constraint costings_are_named_once_a_book do nothing;
        if found then
            perform utl_private.build_costing(_book_id, _name);
        end if;
    end if;
    if is_primary then
        update utl_private.costings as c set is_primary = false
        where c.book_id = _book_id and c.is_primary and c.costing <> _name;
        update utl_private.costings as c set is_primary = true
        where c.book_id = _book_id and c.costing = _name and not c.is_primary;
    end if;

    select c.* into _costing from utl.costings as c
    where c.book_id = _book_id and c.costing = _name;
    if (_costing.method, _costing.pool, _costing.fees, _costing.rank_by, _costing.booking_order)
        is distinct from (method, pool, fees, rank_by, booking_order)
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

comment on function utl.add_costing(text, text, text, text, text, text, text, boolean) is
'Adds a costing to a book, named after its method unless a name is given, and builds it from the
fills that the book has. method: wac, fifo, lifo, hifo, lofo; pool: book or account; fees: expense
or capitalize; rank_by (hifo, lofo): price or unit_cost, which has the fee in it; booking_order:
event_time or arrival; is_primary moves the mark of the costing that utl.positions shows.
Repeating it changes nothing. 22U01: unknown book; 23U02: the name is taken by another costing;
23514: a setting has no such value. Returns its row of utl.costings.';
