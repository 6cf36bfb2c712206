create or replace function utl.realized_pnl_between(
    book text,
    from_time timestamptz,
    to_time timestamptz,
    as_known timestamptz default 'infinity'
)
returns table (
    account text, instrument text, costing text, is_primary boolean,
    realized_pnl numeric, fees numeric, cost_asset text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $realized_pnl_between$
    with ends as (
        select e.* from utl.positions_at(to_time, as_known, realized_pnl_between.book) as e
    ),

    starts as (
        select s.* from utl.positions_at(from_time, as_known, realized_pnl_between.book) as s
    )

    select
        e.account, e.instrument, e.costing, e.is_primary,
        trim_scale(e.realized_pnl - coalesce(s.realized_pnl, 0)),
        trim_scale(e.fees - coalesce(s.fees, 0)),
        e.cost_asset
    from ends as e
    left join starts as s on e.position_id = s.position_id
$realized_pnl_between$;

comment on function utl.realized_pnl_between(text, timestamptz, timestamptz, timestamptz) is
'Realized PnL and fees of each position of a book after from_time, up to and with to_time, as known
at a moment; infinity is now. In the cost asset; gross of fees where they are
expensed. 22U01: unknown book.';
