create or replace function utl.pnl_of_books(as_of timestamptz default 'infinity')
returns table (
    book text, reporting_asset text, realized_pnl numeric, fees numeric, income numeric,
    unrealized_pnl numeric, total_pnl numeric, positions bigint, unpriced bigint, book_id integer
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pnl_of_books$
    with lines as materialized (
        select p.*, a.ancestor_id, a.reporting_asset_id as ancestor_asset_id
        from utl_private.appraise(null, as_of, 'infinity', array[as_of]) as p
        inner join utl_private.book_ancestors as a on p.book_id = a.book_id
        where p.is_primary
    ),

    -- Without a rate a line has no total, which keeps it out of every sum.
    valued as (
        select l.*, case when l.total_pnl is not null then r.rate end as to_ancestor
        from lines as l
        left join utl_private.rates_between(
            (select array_agg(m.cost_asset_id) from lines as m),
            (select array_agg(m.ancestor_asset_id) from lines as m),
            as_of
        ) as r on l.cost_asset_id = r.from_asset_id and l.ancestor_asset_id = r.to_asset_id
    )

    select
        b.book, r.asset,
        trim_scale(coalesce(sum(v.realized_pnl * v.to_ancestor), 0)),
        trim_scale(coalesce(sum((v.fees + v.other_fees) * v.to_ancestor), 0)),
        trim_scale(coalesce(sum((v.funding + v.other_income) * v.to_ancestor), 0)),
        trim_scale(coalesce(sum(v.unrealized_pnl * v.to_ancestor), 0)),
        trim_scale(coalesce(sum(v.total_pnl * v.to_ancestor), 0)),
        count(v.book_id), count(v.book_id) - count(v.to_ancestor), b.book_id
    from utl_private.books as b
    inner join utl_private.assets as r on b.reporting_asset_id = r.asset_id
    left join valued as v on b.book_id = v.ancestor_id
    group by b.book, r.asset, b.book_id
$pnl_of_books$;

comment on function utl.pnl_of_books(timestamptz) is
'Profit and loss of every book with all books below it at a time (infinity is now): columns are
those of utl.pnl_by_book. It costs what came after that time.';
