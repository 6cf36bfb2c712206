create or replace function utl_private.fact_legs(
    held utl_private.position_terms[],
    from_time timestamptz default '-infinity',
    to_time timestamptz default 'infinity'
)
returns setof utl_private.leg
language sql
stable
as $fact_legs$
    with fill_legs as (
        select
            l.*,
            h.has_transactions and h.method <> 'wac' and h.instrument_id > 0 and l.quantity <> 0
                as may_choose
        from utl_private.fill_legs(held, from_time, to_time) as l
        inner join unnest(held) as h on l.position_id = h.position_id
    )

    select
        l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
        l.quantity, l.amount, l.fee, l.rank, l.position_quantity, l.position_cost,
        l.position_realized_pnl, l.position_fees, l.position_opened_at, l.last_effective_at,
        l.last_sequence, l.last_fill_id,
        l.rule, l.lot_id, l.lot_opened_at, l.lot_sequence, l.origin_id,
        l.chosen_quantity, l.place
    from fill_legs as l
    where
        not l.may_choose
        or not exists (select from utl_private.chosen_lots as c where c.fill_id = l.fill_id)
    union all
    select k.*
    from fill_legs as l
    inner join utl_private.chosen_lots as c on l.fill_id = c.fill_id
    cross join lateral utl_private.chosen_parts(
        (
            l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
            l.quantity, l.amount, l.fee, l.rank, l.position_quantity, l.position_cost,
            l.position_realized_pnl, l.position_fees, l.position_opened_at, l.last_effective_at,
            l.last_sequence, l.last_fill_id,
            l.rule, l.lot_id, l.lot_opened_at, l.lot_sequence, l.origin_id,
        l.chosen_quantity, l.place
        )::utl_private.leg,
        c.lots
    ) as k
    where l.may_choose
    union all
    select d.*
    from unnest(held) as h
    inner join utl_private.costed_transactions as t
        on h.has_transactions and h.book_id = t.book_id and h.instrument_id = t.instrument_id
    cross join lateral utl_private.departing_legs(row(t.*)::utl.transactions, h) as d
    where t.occurred_at >= from_time and t.occurred_at < to_time
    union all
    select a.*
    from unnest(held) as h
    inner join utl_private.costed_transactions as t
        on
            h.has_transactions
            and h.book_id = t.to_book_id and h.instrument_id = t.to_instrument_id
    cross join lateral utl_private.arriving_legs(row(t.*)::utl.transactions, h) as a
    where t.occurred_at >= from_time and t.occurred_at < to_time
    union all
    select c.*
    from unnest(held) as h
    cross join lateral utl_private.carried_legs(h) as c
    where
        h.starts_at > from_time and h.starts_at <= to_time
        and exists (select from utl_private.facts_within(h))
$fact_legs$;

comment on function utl_private.fact_legs(
    utl_private.position_terms[], timestamptz, timestamptz
) is
'The legs of positions from the facts alone: of fills and transactions of [from_time, to_time), and
of what a method before left where a fact came after. What arrives from another position is what its
journal says. Each leg starts from the state that its
position has in held.';
