create or replace function utl_private.is_restated_with(
    target utl_private.position_terms, book_id integer, is_building boolean
)
returns boolean
language sql
immutable
as $is_restated_with$
    select
        target.starts_at = '-infinity' and target.ends_at = 'infinity'
        and case
            when is_building then target.book_id = is_restated_with.book_id
            else target.family <> 'deferred'
        end
$is_restated_with$;

comment on function utl_private.is_restated_with(
    utl_private.position_terms, integer, boolean
) is
'Whether a position to which lots move from one of a book is folded again together with that. If
not, by a restatement of its own: one whose costing changes has something to carry, one that is
being built waits, and while another is built the positions of other books are there to be read.';
