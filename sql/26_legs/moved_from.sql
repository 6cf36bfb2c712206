create or replace function utl_private.moved_from(
    transaction utl.transactions, held utl_private.position_terms
)
returns bigint
language sql
stable
as $moved_from$
    select p.position_id
    from utl_private.costings as c
    inner join utl_private.costings as n
        on n.book_id = held.book_id and n.costing_id = held.costing_id
    inner join utl_private.positions as p
        on
            c.book_id = p.book_id and c.costing_id = p.costing_id
            and p.instrument_id = transaction.instrument_id
            and p.account_id = case c.pool when 'account' then transaction.account_id else 0 end
    where
        c.book_id = transaction.book_id
        and (c.costing = n.costing or (c.book_id <> n.book_id and c.is_built))
        and transaction.occurred_at >= c.starts_at and transaction.occurred_at < c.ends_at
        and p.position_id <> held.position_id
        and transaction.to_book_id = held.book_id
        and transaction.to_instrument_id = held.instrument_id
        and held.account_id in (0, transaction.to_account_id)
    order by c.costing = n.costing desc, c.method = n.method desc, c.is_primary desc, c.costing_id
    limit 1
$moved_from$;

comment on function utl_private.moved_from(utl.transactions, utl_private.position_terms) is
'The position from which a transaction moves lots into this one; null if it moves none into it.
Between books they come from the costing of the same name, else of the same method, else the primary
one of the book they leave.';
