create or replace function utl_private.last_transaction_at(held utl_private.position_terms)
returns timestamptz
language sql
stable
as $last_transaction_at$
    select max(t.occurred_at)
    from utl_private.costed_transactions as t
    where
        utl_private.moves_positions(t.kind)
        and t.book_id = held.book_id and t.instrument_id = held.instrument_id
        and held.account_id in (0, coalesce(t.account_id, held.account_id))
$last_transaction_at$;

comment on function utl_private.last_transaction_at(utl_private.position_terms) is
'When the last of the transactions was that are about a position; null if there is none.';
