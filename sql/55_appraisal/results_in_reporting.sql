create or replace function utl_private.results_in_reporting(
    of_book_id integer, of_costing text, as_of timestamptz, as_known timestamptz,
    moments timestamptz[]
)
returns table (
    valued_at timestamptz, account_id integer, instrument_id integer, position_id bigint,
    rate numeric, unrealized_pnl numeric, trading numeric, fees numeric, funding numeric,
    other_income numeric, total numeric, missing text[]
)
language sql
stable
as $results_in_reporting$
    select
        a.valued_at, a.account_id, a.instrument_id, a.position_id, coalesce(a.rate, 'NaN'),
        coalesce(a.unrealized_pnl, 'NaN'),
        coalesce((
            a.realized_pnl + a.unrealized_pnl
            + a.fees - a.expensed_fees
        ) * a.rate, 'NaN'),
        coalesce(-(a.fees + a.other_fees) * a.rate, 'NaN'), coalesce(a.funding * a.rate, 'NaN'),
        coalesce(a.other_income * a.rate, 'NaN'), coalesce(a.total_pnl * a.rate, 'NaN'), a.missing
    from utl_private.appraise(of_book_id, as_of, as_known, moments) as a
    where a.costing = of_costing
$results_in_reporting$;

comment on function utl_private.results_in_reporting(
    integer, text, timestamptz, timestamptz, timestamptz[]
) is
'utl_private.appraise of one costing of a book by where it comes from: trading (realized and
unrealized, before fees), fees (paid is negative), funding and other income; total is their sum. In
the reporting asset, but unrealized_pnl in the cost asset, with its rate. What is not known is NaN
here, because a sum skips nulls.';
