create or replace function utl_private.results_at_moments(
    of_book_id integer, of_costing text, from_time timestamptz, to_time timestamptz,
    as_known timestamptz
)
returns table (
    moment text, account_id integer, instrument_id integer, position_id bigint, rate numeric,
    unrealized_pnl numeric, trading numeric, fees numeric, funding numeric, other_income numeric,
    total numeric, missing text[]
)
language sql
stable
as $results_at_moments$
    -- From each moment to the next one thing changes: what is known of from_time, then the prices
    -- and rates, then what has happened.
    with moments (moment, as_of, known, valued_at) as (
        values
        ('known then', from_time, results_at_moments.as_known, from_time),
        ('known now', from_time, 'infinity', from_time),
        ('revalued', from_time, 'infinity', to_time),
        ('in the end', to_time, 'infinity', to_time)
    ),

    states as (
        select m.as_of, m.known, array_agg(distinct m.valued_at) as valued_at
        from moments as m
        group by m.as_of, m.known
    ),

    results as materialized (           -- each state once, for however many moments
        select s.as_of, s.known, r.*
        from states as s
        cross join lateral utl_private.results_in_reporting(
            of_book_id, of_costing, s.as_of, s.known, s.valued_at
        ) as r
    )

    select
        m.moment, r.account_id, r.instrument_id, r.position_id, r.rate, r.unrealized_pnl,
        r.trading, r.fees, r.funding, r.other_income, r.total, r.missing
    from results as r
    inner join moments as m
        on r.as_of = m.as_of and r.known = m.known and r.valued_at = m.valued_at
$results_at_moments$;

comment on function utl_private.results_at_moments(
    integer, text, timestamptz, timestamptz, timestamptz
) is
'utl_private.results_in_reporting at the four moments between which utl.pnl_explain looks.';
