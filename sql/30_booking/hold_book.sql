create or replace function utl_private.hold_book(book_id integer)
returns void
language sql
as $hold_book$
    select pg_catalog.pg_advisory_xact_lock(
        'utl_private.books'::regclass::oid::integer, book_id
    )
$hold_book$;

comment on function utl_private.hold_book(integer) is
'Keeps all others from booking into this book until the transaction ends, and waits for those that
are about it. For what changes how a book is booked; other books go on.';
