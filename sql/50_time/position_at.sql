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
        u.account, u.costing, t.method, u.is_primary,
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
        u.book_id = (select utl.book_id(position_at.book))
        and u.instrument_id = (select utl.instrument_id(position_at.instrument))
    order by u.is_primary desc, u.costing asc, u.account asc
$position_at$;

comment on function utl.position_at(text, text, timestamptz, timestamptz) is
'Where a book stood in an instrument at a time (as_of), as it was known at a moment (as_known);
infinity is now. One row a costing, the primary one first, and an account where it pools by account;
none where there was no fill by then. 22U01: unknown book or instrument.';
