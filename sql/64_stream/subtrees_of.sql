create or replace function utl_private.subtrees_of(book_ids integer[])
returns integer[]
language sql
stable
as $subtrees_of$
    select case when book_ids is not null then array(
        select a.book_id
        from utl_private.book_ancestors as a
        where a.ancestor_id = any(book_ids)
    ) end
$subtrees_of$;

comment on function utl_private.subtrees_of(integer[]) is
'Books with all that are below them; null, for all books, stays null.';
