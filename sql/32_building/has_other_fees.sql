create or replace function utl_private.has_other_fees(book_id integer)
returns boolean
language sql
stable
as $has_other_fees$
    select exists (
        select
        from utl_private.positions as p
        inner join utl_private.position_fees as f
            on p.position_id = f.position_id and p.book_id = f.book_id
        where p.book_id = has_other_fees.book_id
    )
$has_other_fees$;

comment on function utl_private.has_other_fees(integer) is
'Whether a book has fees in another asset than a cost currency, as far as its costings tell.';
