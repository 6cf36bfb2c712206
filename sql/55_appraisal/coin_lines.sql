create or replace function utl_private.coin_lines(of_book_id integer, as_of timestamptz)
returns table (book_id integer, account_id integer, asset_id integer, quantity numeric)
language sql
stable
as $coin_lines$
    with coins as materialized (
        select c.asset_id from utl_private.coins as c
    ),

    -- What is paid for, or pays out, in coins: mostly little or nothing.
    settled as materialized (
        select i.instrument_id, i.kind, i.cost_asset_id, i.multiplier
        from utl_private.instruments as i
        where
            i.kind in ('perpetual', 'future', 'option')
            and i.cost_asset_id in (select c.asset_id from coins as c)
    ),

    moves (book_id, account_id, asset_id, quantity) as (
        select                          -- what came and went, but for what positions have of it
            f.book_id, f.account_id, f.asset_id, f.received
        from utl_private.account_flows(of_book_id, as_of) as f
        inner join utl_private.books as b on f.book_id = b.book_id
        left join utl_private.instruments as i on f.instrument_id = i.instrument_id
        where
            f.asset_id in (select c.asset_id from coins as c)
            and f.received <> 0 and f.kind not in ('borrow', 'repay')
            and not coalesce(
                (i.kind = 'spot' and f.kind = 'fill' and f.asset_id = i.base_asset_id)
                or (
                    f.asset_id = i.quote_asset_id
                    and utl_private.pays_with_exposure(
                        i, b.reporting_asset_id, array(select c.asset_id from coins as c)
                    )
                ),
                false
            )
        union all
        select                          -- what was paid for options
            f.book_id, f.account_id, s.cost_asset_id, -f.notional * s.multiplier
        from utl_private.account_flows(of_book_id, as_of) as f
        inner join settled as s on f.instrument_id = s.instrument_id
        where s.kind = 'option'
        union all
        select                          -- what was paid out on margin
            r.book_id, r.account_id, s.cost_asset_id, coalesce(r.realized_pnl, 'NaN')
        from (
            select distinct p.book_id
            from utl_private.positions as p
            inner join settled as n on p.instrument_id = n.instrument_id
            where n.kind <> 'option' and (of_book_id is null or p.book_id = of_book_id)
        ) as o
        cross join lateral utl_private.margin_results(o.book_id, as_of) as r
        inner join settled as s on r.instrument_id = s.instrument_id
    )

    select m.book_id, m.account_id, m.asset_id, nullif(sum(m.quantity), 'NaN')
    from moves as m
    inner join utl_private.books as b on m.book_id = b.book_id
    where m.asset_id <> b.reporting_asset_id
    group by m.book_id, m.account_id, m.asset_id
    having sum(m.quantity) <> 0
$coin_lines$;

comment on function utl_private.coin_lines(integer, timestamptz) is
'Coins that each account of a book, or with null of the firm, has at a time (infinity is now) beside
what positions have of them: what was deposited without an instrument, fees in third coins, funding
and profit that were paid in coins, and options that were. What is borrowed is owed, and no part of
it. Not what the book reports in. account_id is null, or quantity is, where no costing tells who got
the profit, as in utl_private.margin_results.';
