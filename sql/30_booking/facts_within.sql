create or replace function utl_private.facts_within(held utl_private.position_terms)
returns setof bigint
language sql
stable
as $facts_within$
    select f.fill_id
    from utl_private.costed_fills as f
    where
        f.book_id = held.book_id
        and f.instrument_id = held.instrument_id
        and held.account_id in (0, f.account_id)
        and f.executed_at >= held.starts_at and f.executed_at < held.ends_at
    union all
    select t.transaction_id
    from utl_private.costed_transactions as t
    cross join lateral utl_private.transaction_legs(row(t.*)::utl.transactions, held) as l
    where
        (t.book_id = held.book_id and t.instrument_id = held.instrument_id)
        or (t.to_book_id = held.book_id and t.to_instrument_id = held.instrument_id)
$facts_within$;

comment on function utl_private.facts_within(utl_private.position_terms) is
'The facts of a position within the time of its costing.';
