create or replace function utl_private.margin_results(of_book_id integer, as_of timestamptz)
returns table (
    book_id integer, account_id integer, instrument_id integer, realized_pnl numeric, cost numeric,
    reason text, costing text, pool_account_id integer
)
language sql
stable
set enable_nestloop = off               -- the planner takes every function to return few rows
as $margin_results$
    with chosen as (
        select distinct on (c.book_id) c.book_id, c.costing, c.fees = 'capitalize' as capitalizes
        from utl_private.costings as c
        where c.ends_at = 'infinity' and c.is_built and (c.pool = 'account' or c.is_primary)
        order by c.book_id, c.pool = 'account' desc, c.fees = 'expense' desc, c.is_primary desc,
            c.costing
    ),

    traders as (
        select
            q.book_id, q.instrument_id,
            case when count(*) = 1 then min(q.account_id) end as only_account_id
        from utl_private.account_quantities(of_book_id, as_of) as q
        group by q.book_id, q.instrument_id
    )

    select
        f.book_id, coalesce(nullif(f.account_id, 0), t.only_account_id), f.instrument_id,
        case when not c.capitalizes then f.realized_pnl end,
        case when not c.capitalizes then f.cost end,
        case
            when c.capitalizes then format('costing %s capitalizes fees', c.costing)
            when f.account_id = 0 and t.only_account_id is null
                then format('costing %s does not tell accounts apart', c.costing)
        end,
        c.costing, f.account_id
    from utl_private.figures_of_positions(of_book_id, as_of, 'infinity') as f
    inner join chosen as c on f.book_id = c.book_id and f.costing = c.costing
    inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
    left join traders as t on f.book_id = t.book_id and f.instrument_id = t.instrument_id
    where i.kind in ('perpetual', 'future')
$margin_results$;

comment on function utl_private.margin_results(integer, timestamptz) is
'What perpetuals and futures paid out, by account: their realized PnL and the cost of what is open,
by a costing that pools by account, else by the primary one if a single account trades it. Where no
costing can tell, account_id or the figures are null, and reason says why.';
