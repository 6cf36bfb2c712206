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
        a.account, c.costing, c.method, c.is_primary,
        trim_scale(e.quantity_after),
        utl_private.average_cost(e.quantity_after, e.cost_after, t.multiplier, t.is_inverse),
        trim_scale(e.cost_after), s.asset,
        trim_scale(e.realized_pnl_after), trim_scale(e.fees_after),
        e.effective_at, t.position_id
    from utl_private.position_terms as t
    inner join utl_private.costings as c on t.book_id = c.book_id and t.costing_id = c.costing_id
    inner join utl_private.assets as s on t.cost_asset_id = s.asset_id
    left join utl_private.accounts as a on t.account_id = a.account_id
    cross join lateral utl_private.entry_at(t.position_id, as_of, as_known) as e
    where
        t.book_id = utl.book_id(position_at.book)
        and t.instrument_id = utl.instrument_id(position_at.instrument)
    order by c.is_primary desc, c.costing asc, a.account asc
$position_at$;

comment on function utl.position_at(text, text, timestamptz, timestamptz) is
'Where a book stood in an instrument at a time (as_of), as it was known at a moment (as_known);
infinity is now. One row a costing, the primary one first, and an account where it pools by account;
none where there was no fill by then. 22U01: unknown book or instrument.';
