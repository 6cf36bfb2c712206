create or replace function utl_private.appraise(
    of_book_id integer, as_of timestamptz, as_known timestamptz, moments timestamptz[]
)
returns table (
    valued_at timestamptz, book_id integer, costing text, account_id integer, instrument_id integer,
    is_primary boolean, fee_treatment text, position_id bigint, cost_asset_id integer,
    reporting_asset_id integer, quantity numeric, cost numeric,
    price numeric, price_at timestamptz, price_source text, missing text[],
    realized_pnl numeric, fees numeric, other_fees numeric, funding numeric, interest numeric,
    rebates numeric, dividends numeric, rewards numeric, other_income numeric, net_realized numeric,
    unrealized_pnl numeric, total_pnl numeric, rate numeric, rate_at timestamptz,
    is_rate_stale boolean, expensed_fees numeric
)
language sql
stable
as $appraise$
    with lines as materialized (
        select l.*
        from utl_private.position_lines(of_book_id, as_of, as_known, moments) as l
    )

    select
        l.valued_at, l.book_id, l.costing, l.account_id, l.instrument_id, l.is_primary,
        l.fee_treatment, l.position_id, l.cost_asset_id, l.reporting_asset_id, l.quantity,
        l.cost, v.price, p.price_at, p.source, l.missing
        || case when m.market_worth is null then array['price of ' || l.instrument] end
        || case when r.rate is null then array[
            format('rate of %s in %s', l.cost_asset, l.reporting_asset)
        ] end,
        l.realized_pnl, l.fees, l.other_fees, l.funding, l.interest,
        l.rebates, l.dividends, l.rewards, n.other_income, n.net_realized,
        m.market_worth - l.cost, n.net_realized + m.market_worth - l.cost,
        r.rate, r.price_at, r.is_stale, l.expensed_fees
    from lines as l
    cross join utl_private.settings as s
    left join utl_private.prices_at_moments(
        (select array_agg(distinct n.instrument_id) from lines as n), moments
    ) as p on l.valued_at = p.valued_at and l.instrument_id = p.instrument_id
    left join utl_private.rates_at_moments(
        (select array_agg(n.cost_asset_id) from lines as n),
        (select array_agg(n.reporting_asset_id) from lines as n),
        moments
    ) as r
        on
            l.valued_at = r.valued_at
            and l.cost_asset_id = r.from_asset_id and l.reporting_asset_id = r.to_asset_id
    left join (
        unnest(moments) as o (valued_at)
        cross join lateral utl_private.split_ratios(of_book_id, as_of, o.valued_at)
    ) as x on (l.valued_at, l.book_id, l.instrument_id) = (x.valued_at, x.book_id, x.instrument_id)
    cross join lateral (
        select utl_private.valuation_price(l.quantity, p.bid, p.ask, p.mark, s.mark_at)
    ) as v (price)
    cross join lateral (
        select utl_private.market_worth(
            l.quantity * coalesce(x.ratio, 1), v.price, l.multiplier, l.is_inverse
        )
    ) as m (market_worth)
    cross join lateral (
        select
            l.interest + l.rebates + l.dividends + l.rewards,
            l.realized_pnl - l.expensed_fees - l.other_fees
            + l.funding + l.interest + l.rebates + l.dividends + l.rewards
    ) as n (other_income, net_realized)
$appraise$;

comment on function utl_private.appraise(integer, timestamptz, timestamptz, timestamptz[]) is
'Profit and loss of every position of a book, or with null of the firm, in every costing: as it
stood at as_of, as known at as_known, at the prices and rates of each of some moments, which is then
valued_at (infinity is now): a position is looked up once for all of them. Figures are in the cost
asset; rate is that of the cost asset in the reporting asset of the book. Splits between as_of and
valued_at are in the value, for they are in the prices. What cannot be valued is null, and missing
says what is missing. A row with position_id null is of what was paid or received for no position,
with instrument_id 0 also for no instrument.';
