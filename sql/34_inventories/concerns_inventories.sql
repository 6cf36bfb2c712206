create or replace function utl_private.concerns_inventories(
    fills utl.fills[], transactions utl.transactions[]
)
returns boolean
language sql
stable
as $concerns_inventories$
    select exists (
        select from utl_private.costings as c
        where
            c.basis = 'asset'
            and (
                exists (select from unnest(fills) as f where f.book_id = c.book_id)
                or exists (
                    select from unnest(transactions) as t
                    where c.book_id in (t.book_id, t.to_book_id)
                )
            )
    )
$concerns_inventories$;

comment on function utl_private.concerns_inventories(utl.fills[], utl.transactions[]) is
'Whether facts are of a book that has inventories.';
