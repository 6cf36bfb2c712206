create or replace function utl.pnl_reported(
    book text,
    from_date date,
    to_date date default current_date,
    costing text default null
)
returns table (
    account text, instrument text, reporting_asset text, realized_pnl numeric, fees numeric,
    income numeric, unrealized_change numeric, revaluation numeric, total_pnl numeric,
    currency numeric, change numeric, unpriced_days bigint
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pnl_reported$
    select
        d.account, d.instrument, d.reporting_asset,
        trim_scale(sum(d.realized_pnl_reporting)), trim_scale(sum(d.fees_reporting)),
        trim_scale(sum(d.income_reporting)), trim_scale(sum(d.unrealized_change_reporting)),
        trim_scale(sum(d.revaluation * d.rate)), trim_scale(sum(d.total_pnl_reporting)),
        trim_scale(sum(d.currency_reporting)),
        trim_scale(sum(d.total_pnl_reporting + d.currency_reporting)), count(d.missing)
    from utl.pnl_daily(
        pnl_reported.book, from_date, to_date, pnl_reported.costing
    ) as d
    group by d.account, d.instrument, d.reporting_asset
    order by d.instrument, d.account
$pnl_reported$;

comment on function utl.pnl_reported(text, date, date, text) is
'Profit and loss of a book over some days (UTC), in its reporting asset at the rates of its time:
what each day brought, at the rate of that day''s end (utl.rate_at, with the newest prices by then),
added up. currency is what the change of the rates did to what was there before each day, the
translation effect. change = total_pnl + currency is what the total at the rate of the time changed
by. Days without a price or a rate are in no sum: unpriced_days counts them. See utl.pnl_daily.';
