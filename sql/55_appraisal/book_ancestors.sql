create or replace view utl_private.book_ancestors as
with recursive ancestors as (
    select b.book_id, b.book_id as ancestor_id
    from utl_private.books as b
    union                               -- not all: a ring of parents must not run forever
    select a.book_id, b.parent_book_id
    from ancestors as a
    inner join utl_private.books as b on a.ancestor_id = b.book_id
    where b.parent_book_id is not null
)

select a.book_id, a.ancestor_id, b.reporting_asset_id
from ancestors as a
inner join utl_private.books as b on a.ancestor_id = b.book_id;

comment on view utl_private.book_ancestors is
'Each book with itself and all books above it, and the currency in which these report.';
