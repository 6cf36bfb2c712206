create or replace function utl_private.flows_of_month(
    month_start timestamptz, month_end timestamptz
)
returns table (
    at timestamptz, sequence bigint, fact_id bigint, recorded_at timestamptz,
    book_id integer, account_id integer, instrument_id integer, asset_id integer,
    is_apart boolean, quantity numeric, notional numeric, received numeric, at_price numeric
)
language sql
stable
as $flows_of_month$
    with splits as materialized (
        select t.book_id, t.instrument_id, t.occurred_at, t.sequence, t.transaction_id
        from utl.effective_transactions as t
        where t.kind = 'split'
    ),

    moves as (
        select
            f.executed_at, f.sequence, f.fill_id, f.recorded_at, m.*,
            (
                select count(*) from splits as s
                where
                    (s.book_id, s.instrument_id) = (f.book_id, f.instrument_id)
                    and (s.occurred_at, s.sequence, s.transaction_id)
                    < (f.executed_at, f.sequence, f.fill_id)
            ) as splits_before,
            exists (
                select from utl_private.prior_period_bookings as p
                where p.of_fill_id = f.fill_id
            ) as is_apart
        from utl_private.fills_of_month(flows_of_month.month_start, month_end) as f
        cross join lateral utl_private.booked_flow(f) as m
    )

    select
        max(m.executed_at),
        (array_agg(m.sequence order by m.executed_at desc, m.sequence desc, m.fill_id desc))[1],
        (array_agg(m.fill_id order by m.executed_at desc, m.sequence desc, m.fill_id desc))[1],
        max(m.recorded_at),
        m.book_id, m.account_id, m.instrument_id, m.asset_id,
        m.is_apart, sum(m.quantity), sum(m.notional), sum(m.received), sum(m.at_price)
    from moves as m
    group by
        m.book_id, m.account_id, m.instrument_id, m.asset_id, m.is_apart, m.splits_before
$flows_of_month$;

comment on function utl_private.flows_of_month(timestamptz, timestamptz) is
'What the fills of a month add up to, as they count, between two splits of their instrument, at the
place of the last of them. is_apart: of those for which something else is booked.';
