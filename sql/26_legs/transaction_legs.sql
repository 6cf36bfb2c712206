create or replace function utl_private.transaction_legs(
    transaction utl.transactions, held utl_private.position_terms
)
returns setof utl_private.leg
language sql
stable
as $transaction_legs$
    select d.* from utl_private.departing_legs(transaction, held) as d
    union all
    select a.* from utl_private.arriving_legs(transaction, held) as a
$transaction_legs$;

comment on function utl_private.transaction_legs(
    utl.transactions, utl_private.position_terms
) is
'The legs of a transaction in a position, none if it does not concern it.';
