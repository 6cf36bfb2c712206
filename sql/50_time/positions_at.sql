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
        u.book, u.account, u.instrument, u.costing, t.method, u.is_primary,
        trim_scale(e.quantity_after),
        utl_private.average_cost(e.quantity_after, e.cost_after, t.multiplier, t.is_inverse),
        trim_scale(e.cost_after), u.cost_asset,
        trim_scale(e.realized_pnl_after), trim_scale(e.fees_after),
        case
            when e.effective_at >= t.starts_at then e.effective_at
            else (                      -- what a method before left
                select c.last_effective_at
                from utl_private.carried_states as c
                where c.position_id = e.position_id
            )
        end,
        u.position_id
    from utl.unit_costs as u
    cross join lateral utl_private.believed_entry(u.position_id, as_of, as_known) as e
    inner join utl_private.position_terms as t on e.position_id = t.position_id
    where
        positions_at.book is null
        or u.book_id = (select utl.book_id(positions_at.book))
$positions_at$;

comment on function utl.positions_at(timestamptz, timestamptz, text) is
'Where every position of a book, or with null of the firm, stood at a time (as_of), as it was known
at a moment (as_known); infinity is now. One row a position that had a fill by then, in every
costing. Columns mean what those of utl.unit_costs do. 22U01: unknown book.';
