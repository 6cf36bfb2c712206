create or replace function utl.pnl_since_flat(book text default null)
returns table (
    book text, account text, instrument text, costing text, is_primary boolean, cost_asset text,
    quantity numeric, opened_at timestamptz, flat_at timestamptz, realized_pnl numeric,
    fees numeric, other_fees numeric, income numeric, unrealized_pnl numeric, total_pnl numeric,
    reporting_asset text, rate numeric, total_pnl_reporting numeric, position_id bigint
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pnl_since_flat$
    with runs as materialized (
        select
            n.*, u.opened_at, f.flat_at,
            n.realized_pnl - f.realized_pnl as run_realized_pnl, n.fees - f.fees as run_fees,
            case
                when u.starts_at > '-infinity'
                    then utl.expensed_fees(n.position_id, n.fees)
                    - utl.expensed_fees(n.position_id, f.fees, f.flat_at)
                when n.fee_treatment = 'expense' then n.fees - f.fees
                else 0
            end as run_expensed_fees
        from utl.pnl_at(book => pnl_since_flat.book) as n
        inner join utl_private.figures_by_costing as u on n.position_id = u.position_id
        cross join lateral utl_private.last_flat(n.position_id, u.opened_at) as f
        where n.quantity <> 0
    ),

    results as (
        select
            r.*,
            case when i.position_id is null then 0 else i.other_fees end as run_other_fees,
            case when i.position_id is null then 0 else i.income end as run_income
        from runs as r
        left join utl_private.income_since_flat(
            (                           -- looked up once, and not for each row
                select utl.book_id(pnl_since_flat.book) where pnl_since_flat.book is not null
            ),
            (select array_agg(n.position_id order by n.position_id) from runs as n),
            (select array_agg(n.flat_at order by n.position_id) from runs as n)
        ) as i on r.position_id = i.position_id
    )

    select
        r.book, r.account, r.instrument, r.costing, r.is_primary, r.cost_asset, r.quantity,
        r.opened_at, r.flat_at, trim_scale(r.run_realized_pnl), trim_scale(r.run_fees),
        trim_scale(r.run_other_fees), trim_scale(r.run_income), r.unrealized_pnl,
        trim_scale(t.total_pnl), r.reporting_asset, r.rate, trim_scale(t.total_pnl * r.rate),
        r.position_id
    from results as r
    cross join lateral (
        select
            r.run_realized_pnl - r.run_expensed_fees
            - r.run_other_fees + r.run_income + r.unrealized_pnl
    ) as t (total_pnl)
    order by r.book, r.instrument, r.is_primary desc, r.costing, r.account
$pnl_since_flat$;

comment on function utl.pnl_since_flat(text) is
'Profit and loss of every open position of a book, or with null of the firm, in every costing, since
it was last flat: figures as in utl.pnl, less what there was when it was flat. A run begins right
after flat_at (null: it never was flat), so that what was paid or received between then and the
opening belongs to it; a fill that turns a position through zero ends a run and opens the next, and
its fee belongs to the one that it ended. Costs what came since the first flat_at. 22U01: unknown
book.';
