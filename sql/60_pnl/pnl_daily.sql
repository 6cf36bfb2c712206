create or replace function utl.pnl_daily(
    book text,
    from_date date,
    to_date date default current_date,
    costing text default null
)
returns table (
    day date, account text, instrument text, cost_asset text, quantity numeric,
    realized_pnl numeric, fees numeric, income numeric, unrealized_change numeric,
    revaluation numeric, total_pnl numeric, reporting_asset text, rate numeric,
    realized_pnl_reporting numeric, fees_reporting numeric, income_reporting numeric,
    unrealized_change_reporting numeric, total_pnl_reporting numeric,
    currency_reporting numeric, missing text[], position_id bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pnl_daily$
declare
    _book_id integer := utl.book_id(book);
    _costing text := utl_private.costing_of(book, costing);
begin
    return query
    select
        d.day, a.account, i.instrument, c.asset, trim_scale(d.quantity),
        trim_scale(d.realized_pnl), trim_scale(d.fees), trim_scale(d.income),
        trim_scale(d.unrealized_change), trim_scale(d.revaluation), trim_scale(d.total_pnl),
        r.asset, d.rate, trim_scale(d.realized_pnl * d.rate), trim_scale(d.fees * d.rate),
        trim_scale(d.income * d.rate), trim_scale(d.unrealized_change * d.rate),
        trim_scale(d.total_pnl * d.rate), trim_scale(d.currency), d.missing, d.position_id
    from utl_private.daily_results(_book_id, _costing, from_date, to_date) as d
    inner join utl_private.books as b on b.book_id = _book_id
    inner join utl_private.assets as c on d.cost_asset_id = c.asset_id
    inner join utl_private.assets as r on b.reporting_asset_id = r.asset_id
    left join utl_private.instruments as i on d.instrument_id = i.instrument_id
    left join utl_private.accounts as a on d.account_id = a.account_id
    where
        (d.quantity, d.realized_pnl, d.fees, d.total_pnl, d.currency) <> (0, 0, 0, 0, 0)
        or d.missing is not null
    order by d.day, i.instrument, a.account;
end
$pnl_daily$;

comment on function utl.pnl_daily(text, date, date, text) is
'What each day (UTC), the first and the last with it, brought to each position of a book, by a
costing (null: the primary one), as known now: realized PnL, fees (of fills and others, those in
other assets at the rates of the day''s end), income (funding and all other), the change of
unrealized PnL, and the revaluation of fees and income of earlier days in other assets. total_pnl =
realized_pnl − fees (unless the costing capitalizes those of fills) + income + unrealized_change +
revaluation, in the cost asset. The …_reporting columns are the same at rate: what the cost asset is
worth in the reporting asset at the end of that day. currency_reporting is beside them: the total
until the day before × the change of the rate in that day. So the total in the reporting asset
changes by total_pnl_reporting + currency_reporting, exactly. quantity is that at the day''s end.
Without a price or a rate at either end figures are null, and missing says what is missing. Days on
which nothing is held and nothing happens have no row. Each day costs as much as utl.pnl_at. 22U01:
unknown book or costing.';
