create or replace function utl.position_at(
    book text,
    instrument text,
    as_of timestamptz default 'infinity',
    as_known timestamptz default 'infinity'
)
returns table (
    account text, costing text, method text, is_primary boolean,
    quantity numeric, average_cost numeric, cost numeric, cost_asset text,
    realized_pnl numeric, fees numeric, last_fill_at timestamptz, position_id bigint
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $position_at$
    select
        f.account, f.costing, f.method, f.is_primary, f.quantity, f.average_cost, f.cost,
        f.cost_asset, f.realized_pnl, f.fees, f.last_fill_at, f.position_id
    from utl_private.figures_at(as_of, as_known) as f
    where
        f.book_id = (select utl.book_id(position_at.book))
        and f.instrument_id = (select utl.instrument_id(position_at.instrument))
    order by f.is_primary desc, f.costing asc, f.account asc
$position_at$;

comment on function utl.position_at(text, text, timestamptz, timestamptz) is
'Where a book stood in an instrument at a time (as_of), as it was known at a moment (as_known);
infinity is now. One row a costing, the primary one first, and an account where it pools by account;
none where there was no fill by then. 22U01: unknown book or instrument.';
