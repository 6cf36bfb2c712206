create or replace function utl_private.flows_corrected_since(
    of_book_id integer, as_of timestamptz, as_known timestamptz
)
returns setof utl_private.flows
language sql
stable
as $flows_corrected_since$
    with fills as (
        select v.sign, v.fact
        from (
            select k.fill_id, k.executed_at, array_agg(c.correction_id) as later_ids
            from utl.corrections as c
            inner join utl_private.fill_keys as k
                on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id
            where
                c.recorded_at > as_known and not exists (
                    select from utl_private.prior_period_bookings as p
                    where p.of_fill_id = k.fill_id
                )
            group by k.fill_id, k.executed_at
        ) as k
        inner join utl.fills as f on k.executed_at = f.executed_at and k.fill_id = f.fill_id
        cross join lateral (
            values
            (1, utl_private.fill_then(f, array[]::bigint[])),
            (-1, utl_private.fill_then(f, k.later_ids))
        ) as v (sign, fact)
        where f.recorded_at <= as_known
    ),

    transactions as (
        select v.sign, v.fact
        from (
            select c.transaction_id, array_agg(c.correction_id) as later_ids
            from utl.transaction_corrections as c
            where c.recorded_at > as_known
            group by c.transaction_id
        ) as k
        inner join utl.transactions as t on k.transaction_id = t.transaction_id
        cross join lateral (
            values
            (1, utl_private.corrected_transaction(t)),
            (-1, utl_private.corrected_transaction(t, k.later_ids))
        ) as v (sign, fact)
        where t.recorded_at <= as_known
    )

    select
        m.book_id, m.account_id, m.instrument_id, m.asset_id, m.kind,
        c.sign * m.quantity, c.sign * m.notional, c.sign * m.received, c.sign * m.at_price
    from fills as c
    cross join lateral utl_private.booked_flow(c.fact) as m
    where (c.fact).executed_at <= as_of and (of_book_id is null or m.book_id = of_book_id)
    union all
    select
        m.book_id, m.account_id, m.instrument_id, m.asset_id, m.kind,
        c.sign * m.quantity, c.sign * m.notional, c.sign * m.received, c.sign * m.at_price
    from transactions as c
    cross join lateral utl_private.transaction_flows(c.fact) as m
    where (c.fact).occurred_at <= as_of and (of_book_id is null or m.book_id = of_book_id)
$flows_corrected_since$;

comment on function utl_private.flows_corrected_since(integer, timestamptz, timestamptz) is
'What corrections that came after a moment (as_known) added to the flows up to a time: of each fact
that they are about and that was known, what counts now less what counted then. Corrections of fills
that a closed period concerns are not in it: those are booked apart.';
