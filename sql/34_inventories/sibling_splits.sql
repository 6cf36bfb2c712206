create or replace function utl_private.sibling_splits(transactions utl.transactions[])
returns utl.transactions[]
language sql
stable
as $sibling_splits$
    select array_agg(row(o.*)::utl.transactions)
    from utl.effective_transactions as o
    where
        o.kind = 'split'
        and o.transaction_id <> all(array(select t.transaction_id from unnest(transactions) as t))
        and exists (
            select
            from unnest(transactions) as t
            where
                t.kind = 'split' and t.book_id = o.book_id and t.occurred_at = o.occurred_at
        )
$sibling_splits$;

comment on function utl_private.sibling_splits(utl.transactions[]) is
'The other splits of the books and times of these: a coin may be split in several instruments, which
counts once, so that one that is cancelled may let another one count.';
