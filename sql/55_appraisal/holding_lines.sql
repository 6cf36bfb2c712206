create or replace function utl_private.holding_lines(of_book_id integer, as_of timestamptz)
returns table (
    book_id integer, account_id integer, asset_id integer, instrument_id integer,
    quantity numeric, loans numeric, cost numeric, reason text
)
language sql
stable
as $holding_lines$
    with flows as materialized (
        select
            f.*, i.base_asset_id, i.cost_asset_id, i.multiplier,
            i.kind in ('spot', 'equity', 'fx') as is_owned,
            i.kind in ('perpetual', 'future') as is_margined
        from utl_private.account_flows(of_book_id, as_of) as f
        left join utl_private.instruments as i on f.instrument_id = i.instrument_id
    ),

    results as materialized (
        select r.* from utl_private.margin_results(of_book_id, as_of) as r
    ),

    moves (book_id, account_id, asset_id, instrument_id, quantity, loans, cost, reason) as (
        select                          -- what is traded
            f.book_id, f.account_id, case when f.is_owned then f.base_asset_id end,
            case when not f.is_owned then f.instrument_id end, f.quantity, 0,
            case when not f.is_margined then 0 else r.cost * 0 end, null
        from flows as f
        left join results as r
            on
                f.book_id = r.book_id
                and f.account_id = r.account_id
                and f.instrument_id = r.instrument_id
        where f.quantity <> 0
        union all
        select                          -- what it was paid with
            f.book_id, f.account_id, f.cost_asset_id, null, -f.notional * f.multiplier, 0, 0, null
        from flows as f
        where f.notional <> 0 and not f.is_margined
        union all
        select                          -- what came and went otherwise
            f.book_id, f.account_id, f.asset_id, null, f.received,
            case when f.kind in ('borrow', 'repay') then f.received else 0 end, 0, null
        from flows as f
        where f.asset_id <> 0 and f.received <> 0
        union all
        select                          -- what was paid out on margin
            r.book_id, r.account_id, i.cost_asset_id, null, r.realized_pnl, 0, 0, r.reason
        from results as r
        inner join utl_private.instruments as i on r.instrument_id = i.instrument_id
        where r.realized_pnl is distinct from 0
        union all
        select                          -- what of the contracts' value is paid out already
            r.book_id, r.account_id, null, r.instrument_id, 0, 0, r.cost, r.reason
        from results as r
        where r.account_id is not null and r.cost is distinct from 0
    )

    select
        m.book_id, m.account_id, m.asset_id, m.instrument_id,
        nullif(sum(coalesce(m.quantity, 'NaN')), 'NaN'), sum(m.loans),
        nullif(sum(coalesce(m.cost, 'NaN')), 'NaN'),
        utl_private.distinct_reasons(array_agg(m.reason) filter (where m.reason is not null))
    from moves as m
    group by m.book_id, m.account_id, m.asset_id, m.instrument_id
$holding_lines$;

comment on function utl_private.holding_lines(integer, timestamptz) is
'What the accounts of a book, or with null of the firm, held at a time (infinity is now): assets,
and contracts by instrument, with the cost of what is open on margin. account_id is null, or a
figure is, where no costing tells accounts apart, for which reason says why.';
