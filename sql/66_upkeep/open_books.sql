create or replace function utl_private.open_books(
    facts text, month_start timestamptz, month_end timestamptz
)
returns setof utl_private.books
language sql
stable
as $open_books$
    select b.*
    from utl_private.books as b
    where
        (
            b.closed_up_to < month_end
            or exists (
                select from utl_private.costings as c
                where c.book_id = b.book_id and not c.is_built
            )
        )
        and b.book_id in (
            select f.book_id
            from utl.fills as f
            where
                facts = 'fills' and f.executed_at >= month_start and f.executed_at < month_end
            union all
            select f.book_id from utl_private.flows as f where facts = 'prices'
        )
$open_books$;

comment on function utl_private.open_books(text, timestamptz, timestamptz) is
'The books that still need a month of fills, or of prices: they have facts (fills: of that month)
and are not closed up to its end, or have a costing that is being built.';
