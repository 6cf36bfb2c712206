create or replace function utl_private.has_inventories(book_id integer)
returns boolean
language sql
stable
as $has_inventories$
    select exists (
        select
        from utl_private.costings as c
        where c.book_id = has_inventories.book_id and c.basis = 'asset'
    )
$has_inventories$;

comment on function utl_private.has_inventories(integer) is
'Whether a book has a costing that counts by asset.';
