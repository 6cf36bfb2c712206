create or replace function utl_private.position_lines(
    of_book_id integer, as_of timestamptz, as_known timestamptz, moments timestamptz[]
)
returns table (
    valued_at timestamptz, book_id integer, costing text, account_id integer, instrument_id integer,
    is_primary boolean, fee_treatment text, position_id bigint,
    instrument text, multiplier numeric, is_inverse boolean,
    cost_asset_id integer, cost_asset text, reporting_asset_id integer, reporting_asset text,
    quantity numeric, cost numeric, realized_pnl numeric, fees numeric, other_fees numeric,
    funding numeric, interest numeric, rebates numeric, dividends numeric, rewards numeric,
    missing text[], expensed_fees numeric
)
language sql
stable
as $position_lines$
    with lines as (
        select
            valued_at, book_id, costing, account_id, instrument_id,
            coalesce(f.is_primary, n.is_primary) as is_primary,
            n.is_primary is not null as has_amounts,
            f.fee_treatment, f.position_id, f.quantity, f.cost, f.realized_pnl, f.fees,
            f.expensed_fees,
            n.other_fees, n.funding, n.interest, n.rebates, n.dividends, n.rewards, n.missing
        from (
            select m.valued_at, p.*
            from utl_private.figures_of_positions(of_book_id, as_of, as_known) as p
            cross join unnest(moments) as m (valued_at)
        ) as f
        full join utl_private.income_of_positions(
            of_book_id, as_of, as_known, moments
        ) as n using (valued_at, book_id, costing, account_id, instrument_id)
    )

    select
        l.valued_at, l.book_id, l.costing, l.account_id, l.instrument_id, l.is_primary,
        l.fee_treatment, l.position_id, i.instrument, i.multiplier, i.is_inverse,
        c.asset_id, c.asset, r.asset_id, r.asset,
        coalesce(l.quantity, 0), coalesce(l.cost, 0), coalesce(l.realized_pnl, 0),
        coalesce(l.fees, 0),
        case when l.has_amounts then l.other_fees else 0 end,
        case when l.has_amounts then l.funding else 0 end,
        case when l.has_amounts then l.interest else 0 end,
        case when l.has_amounts then l.rebates else 0 end,
        case when l.has_amounts then l.dividends else 0 end,
        case when l.has_amounts then l.rewards else 0 end,
        l.missing, coalesce(l.expensed_fees, 0)
    from lines as l
    -- Left joins throughout: the planner would expect next to no rows of inner ones.
    left join utl_private.books as b on l.book_id = b.book_id
    left join utl_private.instruments as i on l.instrument_id = i.instrument_id
    left join utl_private.assets as c
        on coalesce(i.cost_asset_id, b.reporting_asset_id) = c.asset_id
    left join utl_private.assets as r on b.reporting_asset_id = r.asset_id
$position_lines$;

comment on function utl_private.position_lines(integer, timestamptz, timestamptz, timestamptz[]) is
'Figures of positions joined with what was paid and received beside them, that at the rates of each
of some moments: positions without such, and such without a position, included.';
