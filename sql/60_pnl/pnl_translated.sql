create or replace function utl.pnl_translated(book text, costing text default null)
returns table (
    account text, instrument text, reporting_asset text, realized_pnl numeric, fees numeric,
    income numeric, unrealized_pnl numeric, total_pnl numeric, currency numeric, total numeric,
    missing_rates bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pnl_translated$
declare
    _book_id integer := utl.book_id(book);
    _costing text := utl_private.costing_of(book, costing);
begin
    return query
    with positions as materialized (
        select a.*
        from utl_private.appraise(
            _book_id, 'infinity', 'infinity', array['infinity'::timestamptz]
        ) as a
        where a.costing = _costing
    ),

    -- A sum skips nulls, so what has no rate makes it NaN.
    translated as (
        select
            r.account_id, r.instrument_id,
            sum(v.amount) filter (where r.kind = 'realized') as realized_pnl,
            -sum(v.amount) filter (where r.kind = 'fee') as fees,
            sum(v.amount) filter (where r.kind not in ('realized', 'fee')) as income,
            count(*) filter (where v.amount = 'NaN') as missing_rates
        from utl_private.dated_results(_book_id, _costing) as r
        cross join lateral (select r.amount * coalesce(r.rate, 'NaN')) as v (amount)
        group by r.account_id, r.instrument_id
    ),

    figures as (
        select
            p.account_id, p.instrument_id, p.reporting_asset_id,
            coalesce(t.realized_pnl, 0) as realized_pnl, coalesce(t.fees, 0) as fees,
            coalesce(t.income, 0) as income, p.unrealized_pnl * p.rate as unrealized_pnl,
            p.total_pnl * p.rate as total, coalesce(t.missing_rates, 0) as missing_rates
        from positions as p
        left join translated as t
            on p.account_id = t.account_id and p.instrument_id = t.instrument_id
    )

    select
        c.account, i.instrument, r.asset,
        trim_scale(nullif(f.realized_pnl, 'NaN')), trim_scale(nullif(f.fees, 'NaN')),
        trim_scale(nullif(f.income, 'NaN')), trim_scale(f.unrealized_pnl),
        trim_scale(nullif(s.total_pnl, 'NaN')), trim_scale(nullif(f.total - s.total_pnl, 'NaN')),
        trim_scale(f.total), f.missing_rates
    from figures as f
    cross join lateral (
        select f.realized_pnl - f.fees + f.income + f.unrealized_pnl
    ) as s (total_pnl)
    inner join utl_private.assets as r on f.reporting_asset_id = r.asset_id
    left join utl_private.instruments as i on f.instrument_id = i.instrument_id
    left join utl_private.accounts as c on f.account_id = c.account_id
    order by i.instrument, c.account;
end
$pnl_translated$;

comment on function utl.pnl_translated(text, text) is
'Profit and loss of the positions of a book since their beginning, in its reporting asset at the
rates of the transactions: what each fact realized, cost in fees or brought as income, at the rate
of its own moment, and what is unrealized at the rate of now (so IAS 21 translates income and
expenses). total_pnl is their sum; currency is what the change of rates since then did to what was
earned; total = total_pnl + currency is total_pnl_reporting of utl.pnl. Fees are positive when
paid, and 0 where the costing capitalizes them. Figures are null where a price or a rate is
missing: missing_rates counts the amounts without one. Costs what the history of the book has.
What costs of coins do is in costings of basis asset. 22U01: unknown book or costing.';
