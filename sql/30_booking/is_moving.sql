create or replace function utl_private.is_moving(book_id integer)
returns boolean
language sql
as $is_moving$
    select not (
        pg_catalog.pg_try_advisory_lock(
            'utl_private.positions'::regclass::oid::integer, book_id
        )
        and pg_catalog.pg_advisory_unlock(
            'utl_private.positions'::regclass::oid::integer, book_id
        )
    )
$is_moving$;

comment on function utl_private.is_moving(integer) is
'Whether another session has announced transactions of the book and has not committed them: what it
waits for would, once it is there, be about more than is known now. The lock is held for no longer
than the question takes. Two who ask at once may both hear yes; that costs them the short way.';
