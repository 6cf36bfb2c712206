create or replace function utl_private.later_transactions(
    held utl_private.position_terms, point utl_private.leg
)
returns setof utl.effective_transactions
language sql
stable
as $later_transactions$
    select s.*
    from utl_private.costed_transactions as s
    where
        utl_private.moves_positions(s.kind)
        and s.book_id = held.book_id and s.instrument_id = held.instrument_id
        and held.account_id in (0, coalesce(s.account_id, held.account_id))
        and s.occurred_at
        >= case when held.by_arrival then '-infinity' else point.effective_at end
        and (not held.by_arrival or s.recorded_at >= point.effective_at)
    union
    select a.*
    from utl_private.costed_transactions as a
    where
        a.to_book_id = held.book_id and a.to_instrument_id = held.instrument_id
        and held.account_id in (0, a.to_account_id)
        and a.occurred_at
        >= case when held.by_arrival then '-infinity' else point.effective_at end
        and (not held.by_arrival or a.recorded_at >= point.effective_at)
$later_transactions$;

comment on function utl_private.later_transactions(
    utl_private.position_terms, utl_private.leg
) is
'The transactions that concern a position from a point on: those about it, and those that move lots
into it.';
