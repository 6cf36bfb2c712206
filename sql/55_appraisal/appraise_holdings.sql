create or replace function utl_private.appraise_holdings(of_book_id integer, as_of timestamptz)
returns table (
    book_id integer, account_id integer, asset_id integer, instrument_id integer,
    quantity numeric, loans numeric, reason text, reporting_asset_id integer,
    worth_reporting numeric, is_stale boolean
)
language sql
stable
as $appraise_holdings$
    with lines as materialized (
        select
            l.*, b.reporting_asset_id, i.multiplier, i.is_inverse,
            coalesce(l.asset_id, i.cost_asset_id) as value_asset_id
        from utl_private.holding_lines(of_book_id, as_of) as l
        inner join utl_private.books as b on l.book_id = b.book_id
        left join utl_private.instruments as i on l.instrument_id = i.instrument_id
        where l.quantity is distinct from 0 or l.loans <> 0
    )

    select
        l.book_id, l.account_id, l.asset_id, l.instrument_id, l.quantity, l.loans, l.reason,
        l.reporting_asset_id,
        r.rate * case
            when l.instrument_id is null then l.quantity
            else utl_private.market_worth(
                l.quantity,
                utl_private.valuation_price(l.quantity, p.bid, p.ask, p.mark, s.mark_at),
                l.multiplier, l.is_inverse
            ) - l.cost
        end,
        coalesce(utl_private.price_age(p.price_at, as_of) > s.price_max_age, false) or r.is_stale
    from lines as l
    cross join utl_private.settings as s
    left join utl_private.prices_at(
        (select array_agg(distinct n.instrument_id) from lines as n), as_of
    ) as p on l.instrument_id = p.instrument_id
    left join utl_private.rates_between(
        (select array_agg(n.value_asset_id) from lines as n),
        (select array_agg(n.reporting_asset_id) from lines as n),
        as_of
    ) as r on l.value_asset_id = r.from_asset_id and l.reporting_asset_id = r.to_asset_id
$appraise_holdings$;

comment on function utl_private.appraise_holdings(integer, timestamptz) is
'utl_private.holding_lines in the reporting asset of their books, at the prices and rates of the
time: assets at their rate, options at their price, perpetuals and futures at what is not yet paid
out: their unrealized PnL. worth_reporting is null without price or rate.';
