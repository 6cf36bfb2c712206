create or replace function utl.pnl_at(
    as_of timestamptz default 'infinity',
    as_known timestamptz default 'infinity',
    book text default null
)
returns table (
    book text, account text, instrument text, costing text, is_primary boolean, cost_asset text,
    quantity numeric, average_cost numeric, cost numeric,
    price numeric, price_at timestamptz, price_source text, price_age interval, is_stale boolean,
    is_priced boolean, realized_pnl numeric, fees numeric, fee_treatment text,
    other_fees numeric, funding numeric, interest numeric, rebates numeric, dividends numeric,
    rewards numeric, net_realized numeric, unrealized_pnl numeric, total_pnl numeric,
    reporting_asset text, rate numeric, rate_at timestamptz, is_rate_stale boolean,
    realized_pnl_reporting numeric, fees_reporting numeric, income_reporting numeric,
    unrealized_pnl_reporting numeric, total_pnl_reporting numeric, missing text[],
    position_id bigint, book_id integer, instrument_id integer
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pnl_at$
    select
        b.book, a.account, i.instrument, p.costing, p.is_primary, c.asset,
        trim_scale(p.quantity),
        utl_private.average_cost(p.quantity, p.cost, i.multiplier, i.is_inverse),
        trim_scale(p.cost), trim_scale(p.price), p.price_at, p.price_source, g.age,
        g.age > s.price_max_age, p.unrealized_pnl is not null,
        trim_scale(p.realized_pnl), trim_scale(p.fees), p.fee_treatment,
        trim_scale(p.other_fees), trim_scale(p.funding), trim_scale(p.interest),
        trim_scale(p.rebates), trim_scale(p.dividends), trim_scale(p.rewards),
        trim_scale(p.net_realized), trim_scale(p.unrealized_pnl), trim_scale(p.total_pnl),
        r.asset, p.rate, p.rate_at, p.is_rate_stale,
        trim_scale(p.realized_pnl * p.rate), trim_scale((p.fees + p.other_fees) * p.rate),
        trim_scale((p.funding + p.other_income) * p.rate),
        trim_scale(p.unrealized_pnl * p.rate), trim_scale(p.total_pnl * p.rate), p.missing,
        p.position_id, p.book_id, nullif(p.instrument_id, 0)
    from utl_private.appraise(
        (select utl.book_id(pnl_at.book) where pnl_at.book is not null),
        as_of, as_known, array[as_of]
    ) as p
    cross join utl_private.settings as s
    left join lateral (
        select utl_private.price_age(p.price_at, as_of) where p.price_at is not null
    ) as g (age) on true
    left join utl_private.books as b on p.book_id = b.book_id
    left join utl_private.assets as c on p.cost_asset_id = c.asset_id
    left join utl_private.assets as r on p.reporting_asset_id = r.asset_id
    left join utl_private.instruments as i on p.instrument_id = i.instrument_id
    left join utl_private.accounts as a on p.account_id = a.account_id
$pnl_at$;

comment on function utl.pnl_at(timestamptz, timestamptz, text) is
'Profit and loss of every position of a book, or with null of the firm, at a time (as_of), as it was
known at a moment (as_known), at the prices and rates of that time; infinity is now. Columns mean
what those of utl.pnl do. Fees in third assets, funding and other income cost time in proportion to
what came after as_of. Prices are as known now. 22U01: unknown book.';
