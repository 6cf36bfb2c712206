create or replace function utl_private.daily_results(
    of_book_id integer, of_costing text, from_date date, to_date date
)
returns table (
    day date, account_id integer, instrument_id integer, position_id bigint,
    cost_asset_id integer, quantity numeric, realized_pnl numeric, fees numeric, income numeric,
    unrealized_change numeric, revaluation numeric, total_pnl numeric, rate numeric,
    currency numeric, missing text[]
)
language sql
stable
set enable_nestloop = off               -- the planner takes every function to return few rows
as $daily_results$
    -- The end of each day at its own rates, and at those of the next day's end.
    with states as materialized (
        select
            d.day, a.valued_at > d.at as is_later,
            a.account_id, a.instrument_id, a.position_id, a.cost_asset_id, a.quantity,
            a.realized_pnl, a.fees, a.other_fees, a.funding + a.other_income as income,
            a.unrealized_pnl, a.total_pnl, a.rate, a.missing
        from utl_private.day_ends(from_date - 1, to_date) as d
        cross join lateral utl_private.appraise(
            of_book_id, d.at, 'infinity',
            case when d.day < to_date then array[d.at, d.at_after] else array[d.at] end
        ) as a
        where a.costing = of_costing
    ),

    results as (
        select s.* from states as s where not s.is_later
        union all
        select                          -- what came to nothing again has a line no more
            l.day + 1, false, l.account_id, l.instrument_id, l.position_id, l.cost_asset_id,
            0, 0, 0, 0, 0, 0, 0, l.rate, null
        from states as l
        where
            not l.is_later and l.day < to_date and not exists (
                select from states as n
                where
                    n.day = l.day + 1 and not n.is_later
                    and n.account_id = l.account_id and n.instrument_id = l.instrument_id
            )
    )

    select
        r.day, r.account_id, r.instrument_id, r.position_id, r.cost_asset_id, r.quantity,
        r.realized_pnl - coalesce(b.realized_pnl, 0),
        r.fees - coalesce(b.fees, 0)
        + r.other_fees - case when k.day is null then 0 else k.other_fees end,
        r.income - case when k.day is null then 0 else k.income end,
        r.unrealized_pnl - case when b.day is null then 0 else b.unrealized_pnl end,
        case when k.day is null then 0 else k.income - k.other_fees end
        - case when b.day is null then 0 else b.income - b.other_fees end,
        r.total_pnl - case when b.day is null then 0 else b.total_pnl end,
        r.rate,
        case when b.day is null then 0 else b.total_pnl * (r.rate - b.rate) end,
        (select array_agg(distinct n.missing) from unnest(r.missing || b.missing) as n (missing))
    from results as r
    left join results as b
        on r.day = b.day + 1 and r.account_id = b.account_id and r.instrument_id = b.instrument_id
    left join states as k               -- what was paid before the day, at the rates of its end
        on
            r.day = k.day + 1 and k.is_later
            and r.account_id = k.account_id and r.instrument_id = k.instrument_id
    where r.day >= from_date
$daily_results$;

comment on function utl_private.daily_results(integer, text, date, date) is
'What each day brought to each position of a costing of a book, in the cost asset: the parts add up
to total_pnl. revaluation is of fees and income that were paid before, in other assets; rate is that
of the day''s end, currency the total until the day before at the change of the rate.';
