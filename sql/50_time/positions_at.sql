create or replace function utl.positions_at(
    as_of timestamptz default 'infinity',
    as_known timestamptz default 'infinity',
    book text default null
)
returns table (
    book text, account text, instrument text, costing text, method text, is_primary boolean,
    quantity numeric, average_cost numeric, cost numeric, cost_asset text,
    realized_pnl numeric, fees numeric, last_fill_at timestamptz, position_id bigint
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $positions_at$
    select
        f.book, f.account, f.instrument, f.costing, f.method, f.is_primary, f.quantity,
        f.average_cost, f.cost, f.cost_asset, f.realized_pnl, f.fees, f.last_fill_at,
        f.position_id
    from utl_private.figures_at(as_of, as_known) as f
    where
        positions_at.book is null
        or f.book_id = (select utl.book_id(positions_at.book))
$positions_at$;

comment on function utl.positions_at(timestamptz, timestamptz, text) is
'Where every position of a book, or with null of the firm, stood at a time (as_of), as it was known
at a moment (as_known); infinity is now. One row a position that had a fill by then, in every
costing. Columns mean what those of utl.unit_costs do. 22U01: unknown book.';
