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
    with results as materialized (
        select r.*
        from utl_private.results_at_moments(
            of_book_id, of_costing, from_time, to_time, explained_positions.as_known
        ) as r
    ),

    -- A row a position: of each moment there is one, or none, which is nothing.
    positions as (
        select
            r.account_id, r.instrument_id, max(r.position_id) as position_id,
            coalesce(max(r.total) filter (where r.moment = 'known then'), 0) as total_then,
            coalesce(max(r.total) filter (where r.moment = 'known now'), 0) as total_now,
            coalesce(max(r.total) filter (where r.moment = 'revalued'), 0) as total_revalued,
            coalesce(max(r.total) filter (where r.moment = 'in the end'), 0) as total_to,
            max(r.unrealized_pnl) filter (where r.moment = 'known now') as unrealized_now,
            max(r.unrealized_pnl) filter (where r.moment = 'revalued') as unrealized_revalued,
            max(r.rate) filter (where r.moment = 'revalued') as rate,
            sum(s.sign * r.trading) as new_trades, sum(s.sign * r.fees) as fees,
            sum(s.sign * r.funding) as funding, sum(s.sign * r.other_income) as other_income
        from results as r
        left join (values ('in the end', 1), ('revalued', -1)) as s (moment, sign)
            on r.moment = s.moment
        group by r.account_id, r.instrument_id
    ),

    missing as (
        select r.account_id, r.instrument_id, array_agg(distinct n.missing) as missing
        from results as r
        cross join lateral unnest(r.missing) as n (missing)
        group by r.account_id, r.instrument_id
    )

    select
        p.account_id, p.instrument_id, p.position_id, p.total_then, p.total_to, v.price_move,
        coalesce(p.new_trades, 0), coalesce(p.fees, 0), coalesce(p.funding, 0),
        coalesce(p.other_income, 0), p.total_revalued - p.total_now - v.price_move,
        p.total_now - p.total_then, m.missing
    from positions as p
    cross join lateral (
        select coalesce((p.unrealized_revalued - p.unrealized_now) * p.rate, 0)
    ) as v (price_move)
    left join missing as m
        on p.account_id = m.account_id and p.instrument_id = m.instrument_id
$explained_positions$;

comment on function utl_private.explained_positions(
    integer, text, timestamptz, timestamptz, timestamptz
) is
'The parts of utl.pnl_explain by position, in the reporting asset, and what is missing to know them:
then some of them are NaN.';
