create or replace function utl.book_id(book text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $book_id$
declare
    _book_id integer;
begin
    select t.book_id into _book_id
    from utl_private.books as t
    where t.book = book_id.book;
    if not found then
        perform utl_private.refuse_name(
            'book', book_id.book, array(select t.book from utl_private.books as t)
        );
    end if;
    return _book_id;
end
$book_id$;

comment on function utl.book_id(text) is
'The id of the book of that name. 22U01 if there is none; the hint has the nearest known names.';
