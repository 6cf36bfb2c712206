create or replace function utl_private.open_quantities(
    transaction utl.transactions, book text
)
returns table (book_id integer, account_id integer, quantity numeric, reference text)
language sql
stable
as $open_quantities$
    with books as (
        select
            b.book_id,
            coalesce(transaction.reference, gen_random_uuid()::text) || ' ' || b.book as reference
        from utl_private.books as b
        where open_quantities.book is null or b.book_id = utl.book_id(open_quantities.book)
    ),

    recorded as (
        select b.book_id, t.account_id, -t.quantity as quantity, t.reference
        from books as b
        inner join utl.transactions as t
            on
                b.book_id = t.book_id and b.reference = t.reference
                and t.kind = transaction.kind
                and t.instrument_id = transaction.instrument_id
    )

    select r.book_id, r.account_id, r.quantity, r.reference
    from recorded as r
    union all
    select b.book_id, h.account_id, h.quantity, b.reference
    from books as b
    inner join utl_private.held_quantities(
        transaction.instrument_id, coalesce(transaction.occurred_at, clock_timestamp())
    ) as h on b.book_id = h.book_id
    where not exists (select from recorded)
    order by 1, 2
$open_quantities$;

comment on function utl_private.open_quantities(utl.transactions, text) is
'What a transaction that is about all that is held of an instrument is about: the quantity of each
account, in one book or in all, and the reference of its own for each book. Those that were recorded
with that reference stay what they were.';
