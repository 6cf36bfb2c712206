create or replace function utl_private.exposure_lines(of_book_id integer, as_of timestamptz)
returns table (
    book_id integer, account_id integer, instrument_id integer, asset_id integer,
    cost_asset_id integer, quantity numeric, base_quantity numeric, has_delta boolean,
    exposure numeric, price numeric, price_at timestamptz, is_price_stale boolean
)
language sql
stable
as $exposure_lines$
    with lines as materialized (
        select
            q.*, i.kind, i.multiplier, i.is_inverse, i.base_asset_id, i.cost_asset_id,
            i.quote_asset_id, i.kind = 'option' as is_option,
            i.kind in ('perpetual', 'future') and not i.is_inverse
            and i.cost_asset_id <> i.quote_asset_id as is_quanto,
            utl_private.pays_with_exposure(
                i, b.reporting_asset_id, array(select c.asset_id from utl_private.coins as c)
            ) as has_quote
        from utl_private.account_quantities(of_book_id, as_of) as q
        left join utl_private.instruments as i on q.instrument_id = i.instrument_id
        left join utl_private.books as b on q.book_id = b.book_id
    )

    select
        l.book_id, l.account_id, l.instrument_id, l.base_asset_id, l.cost_asset_id, l.quantity,
        case
            when l.is_option then l.quantity * l.multiplier * coalesce(p.delta, 1)
            when l.is_inverse then -m.market_worth
            when l.is_quanto then l.quantity * l.multiplier * r.rate
            else l.quantity * l.multiplier
        end,
        not l.is_option or p.delta is not null,
        case
            when l.is_option then l.quantity * l.multiplier * p.delta * o.rate
            when l.is_inverse then -m.market_worth
            else m.market_worth
        end,
        v.price, p.price_at, utl_private.price_age(p.price_at, as_of) > s.price_max_age
    from lines as l
    cross join utl_private.settings as s
    left join utl_private.prices_at(
        (select array_agg(distinct n.instrument_id) from lines as n), as_of
    ) as p on l.instrument_id = p.instrument_id
    left join utl_private.rates_between(
        (select array_agg(n.cost_asset_id) from lines as n where n.is_quanto),
        (select array_agg(n.quote_asset_id) from lines as n where n.is_quanto), as_of
    ) as r on l.cost_asset_id = r.from_asset_id and l.quote_asset_id = r.to_asset_id
    left join utl_private.rates_between(
        (select array_agg(n.base_asset_id) from lines as n where n.is_option),
        (select array_agg(n.cost_asset_id) from lines as n where n.is_option), as_of
    ) as o on l.is_option and l.base_asset_id = o.from_asset_id and l.cost_asset_id = o.to_asset_id
    cross join lateral (
        select utl_private.valuation_price(l.quantity, p.bid, p.ask, p.mark, s.mark_at)
    ) as v (price)
    cross join lateral (
        select utl_private.market_worth(l.quantity, v.price, l.multiplier, l.is_inverse)
    ) as m (market_worth)
    where l.quantity <> 0
    union all
    select
        l.book_id, l.account_id, l.instrument_id, l.quote_asset_id, l.quote_asset_id, null,
        l.paid_with, true, l.paid_with, null, null, false
    from lines as l
    where l.has_quote and l.paid_with <> 0
    union all
    select
        c.book_id, c.account_id, null, c.asset_id, c.asset_id, null,
        c.quantity, true, c.quantity, null, null, false
    from utl_private.coin_lines(of_book_id, as_of) as c
$exposure_lines$;

comment on function utl_private.exposure_lines(integer, timestamptz) is
'What each account of a book, or with null of the firm, is exposed to at a time (infinity is now) by
each instrument: in units of the base asset, and as the value of that in the cost asset. Linear:
quantity × multiplier; inverse: quantity × multiplier ÷ price; settled in an asset that is neither
base nor quote: quantity × multiplier × rate of the settlement asset in the quote. Option:
quantity × multiplier × the delta that came with its price, at the rate of the base asset; without a
delta base_quantity is that of its contracts, has_delta is false, and there is no exposure. What was
paid with coins, or of an fx pair with another currency, is a line of its own, without a quantity;
what accounts have of coins beside (utl_private.coin_lines) has no instrument, either.';
