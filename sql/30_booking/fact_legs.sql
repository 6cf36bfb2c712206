create or replace function utl_private.fact_legs(
    held utl_private.position_terms[],
    from_time timestamptz default '-infinity',
    to_time timestamptz default 'infinity',
    with_arrivals boolean default true
)
returns setof utl_private.leg
language sql
stable
as $fact_legs$
    select f.*
    from utl_private.legs_of_fills(held, from_time, to_time) as f
    union all
    select d.*
    from unnest(held) as h
    inner join utl.effective_transactions as t
        on h.has_transactions and h.book_id = t.book_id and h.instrument_id = t.instrument_id
    cross join lateral utl_private.departing_legs(row(t.*)::utl.transactions, h) as d
    where t.occurred_at >= from_time and t.occurred_at < to_time
    union all
    select a.*
    from unnest(held) as h
    inner join utl.effective_transactions as t
        on
            h.has_transactions
            and h.book_id = t.to_book_id and h.instrument_id = t.to_instrument_id
    cross join lateral utl_private.arriving_legs(row(t.*)::utl.transactions, h) as a
    where
        (with_arrivals or t.book_id <> t.to_book_id)
        and t.occurred_at >= from_time and t.occurred_at < to_time
    union all
    select c.*
    from unnest(held) as h
    cross join lateral utl_private.carried_legs(h) as c
    where
        h.starts_at > from_time and h.starts_at <= to_time
        and exists (select from utl_private.facts_within(h))
$fact_legs$;

comment on function utl_private.fact_legs(
    utl_private.position_terms[], timestamptz, timestamptz, boolean
) is
'The legs of positions from the facts alone: of fills and transactions of [from_time, to_time), and
of what a method before left where a fact came after. What arrives from another position is what its
journal says; without arrivals, only what comes from other books. Each leg starts from the state
that its position has in held.';
