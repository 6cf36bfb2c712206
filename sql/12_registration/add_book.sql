create or replace function utl.add_book(
    book text,
    reporting_asset text default 'USD',
    parent text default null,
    method text default 'wac',
    basis text default 'instrument'
)
returns utl.books
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_book$
declare
    _parent_id integer := case when parent is not null then utl.book_id(parent) end;
    _book_id integer;
    _book utl.books;
begin
    perform utl.add_asset(reporting_asset, 'fiat');
    insert into utl_private.books (book, parent_book_id, reporting_asset_id)
    values (add_book.book, _parent_id, utl.asset_id(reporting_asset))
    on conflict on constraint books_are_named_once do nothing
    returning book_id into _book_id;
    if found then
        insert into utl_private.costings (book_id, costing, method, basis, is_primary)
        values (_book_id, add_book.method, add_book.method, add_book.basis, true);
    end if;
    select b.* into _book from utl.books as b where b.book = add_book.book;
    if (_book.reporting_asset, _book.parent) is distinct from (reporting_asset, parent)
        or not exists (
            select from utl.costings as c
            where
                (c.book, c.costing, c.method, c.basis)
                = (add_book.book, add_book.method, add_book.method, add_book.basis)
        )
    then
        raise exception 'book % is there with other settings', book
        using
            errcode = '23U02',
            detail = format(
                'It reports in %s below %s, with the primary costing %s.',
                _book.reporting_asset, coalesce(_book.parent, 'no other book'),
                _book.primary_costing
            ),
            hint = 'Repeat the call with these settings, or choose another name.';
    end if;
    return _book;
end
$add_book$;

comment on function utl.add_book(text, text, text, text, text) is
'Adds a book that reports in an asset, below a parent if one is given, with one primary costing of
that method, named after it: the whole book is one pool and fees are expensed. basis: instrument,
or asset to count what is owned by coin, in the reporting asset. Repeating it changes nothing;
23U02 if the book is there with other settings, 22U01 for an unknown parent. Returns its row of
utl.books.';
