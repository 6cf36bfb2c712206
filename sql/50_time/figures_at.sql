create or replace function utl_private.figures_at(as_of timestamptz, as_known timestamptz)
returns table (
    book text, account text, instrument text, costing text, method text, is_primary boolean,
    quantity numeric, average_cost numeric, cost numeric, cost_asset text,
    realized_pnl numeric, fees numeric, last_fill_at timestamptz, position_id bigint,
    book_id integer, instrument_id integer
)
language sql
stable
as $figures_at$
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
        u.position_id, u.book_id, u.instrument_id
    from utl.unit_costs as u
    cross join lateral utl_private.believed_entry(u.position_id, as_of, as_known) as e
    inner join utl_private.position_terms as t on e.position_id = t.position_id
$figures_at$;

comment on function utl_private.figures_at(timestamptz, timestamptz) is
'Where every position stood at a time, as it was known at a moment. Written so that the planner
inlines it: who asks for one book or one instrument pays for no other.';
