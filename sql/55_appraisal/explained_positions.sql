create or replace function utl_private.explained_positions(
    of_book_id integer, of_costing text, from_time timestamptz, to_time timestamptz,
    as_known timestamptz
)
returns table (
    account_id integer, instrument_id integer, position_id bigint, total_from numeric,
    total_to numeric, price_move numeric, new_trades numeric, fees numeric, funding numeric,
    other_income numeric, currency numeric, restatements numeric, missing text[]
)
language sql
stable
as $explained_positions$
    -- From each moment to the next one thing changes: what is known of from_time, then the prices
    -- and rates, then what has happened.
    with moments (moment, as_of, known, valued_at) as (
        values
        ('known then', from_time, explained_positions.as_known, from_time),
        ('known now', from_time, 'infinity', from_time),
        ('revalued', from_time, 'infinity', to_time),
        ('in the end', to_time, 'infinity', to_time)
    ),

    results as materialized (
        select m.moment, r.*
        from moments as m
        cross join lateral utl_private.results_in_reporting(
            of_book_id, of_costing, m.as_of, m.known, m.valued_at
        ) as r
        where m.moment <> 'known then' or m.known < 'infinity'
    ),

    keys as (
        select r.account_id, r.instrument_id, max(r.position_id) as position_id
        from results as r
        group by r.account_id, r.instrument_id
    )

    select
        k.account_id, k.instrument_id, k.position_id, coalesce(a.total, 0), coalesce(d.total, 0),
        coalesce((c.unrealized_pnl - b.unrealized_pnl) * c.rate, 0),
        coalesce(d.trading, 0) - coalesce(c.trading, 0),
        coalesce(d.fees, 0) - coalesce(c.fees, 0),
        coalesce(d.funding, 0) - coalesce(c.funding, 0),
        coalesce(d.other_income, 0) - coalesce(c.other_income, 0),
        coalesce(c.total - b.total - (c.unrealized_pnl - b.unrealized_pnl) * c.rate, 0),
        coalesce(b.total, 0) - coalesce(a.total, 0),
        (
            select array_agg(distinct n.missing)
            from unnest(a.missing || b.missing || c.missing || d.missing) as n (missing)
        )
    from keys as k
    left join results as a
        on
            a.moment = case
                when explained_positions.as_known < 'infinity' then 'known then' else 'known now'
            end
            and k.account_id = a.account_id and k.instrument_id = a.instrument_id
    left join results as b
        on
            b.moment = 'known now'
            and k.account_id = b.account_id and k.instrument_id = b.instrument_id
    left join results as c
        on
            c.moment = 'revalued'
            and k.account_id = c.account_id and k.instrument_id = c.instrument_id
    left join results as d
        on
            d.moment = 'in the end'
            and k.account_id = d.account_id and k.instrument_id = d.instrument_id
$explained_positions$;

comment on function utl_private.explained_positions(
    integer, text, timestamptz, timestamptz, timestamptz
) is
'The parts of utl.pnl_explain by position, in the reporting asset, and what is missing to know them:
then some of them are NaN.';
