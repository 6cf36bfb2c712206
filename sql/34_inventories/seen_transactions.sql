create or replace function utl_private.seen_transactions(transactions utl.transactions[])
returns table (
    fact utl.transactions, inventory_id integer, to_inventory_id integer,
    asset_id integer, to_asset_id integer, reporting_asset_id integer,
    to_reporting_asset_id integer,
    cost_asset_id integer, cost_rate numeric, asset_rate numeric
)
language sql
stable
as $seen_transactions$
    select
        t::utl.transactions,
        case when utl_private.has_inventories(t.book_id)
            then utl_private.inventory_id(o.from_asset_id, b.reporting_asset_id) end,
        case when utl_private.has_inventories(t.to_book_id)
            then utl_private.inventory_id(o.to_asset_id, h.reporting_asset_id) end,
        o.from_asset_id, o.to_asset_id, b.reporting_asset_id, h.reporting_asset_id, i.cost_asset_id,
        utl_private.rate_of_fact(t.transaction_id, i.cost_asset_id, b.reporting_asset_id),
        utl_private.rate_of_fact(t.transaction_id, t.asset_id, b.reporting_asset_id)
    from unnest(transactions) as t
    inner join utl_private.books as b on t.book_id = b.book_id
    left join utl_private.books as h on t.to_book_id = h.book_id
    left join utl_private.instruments as i
        on t.instrument_id = i.instrument_id and i.kind in ('spot', 'equity', 'fx')
    left join utl_private.instruments as j
        on t.to_instrument_id = j.instrument_id and j.kind in ('spot', 'equity', 'fx')
    cross join lateral (
        select
            coalesce(t.asset_id, i.base_asset_id),
            case
                when t.to_instrument_id is null and t.to_quantity is not null then t.asset_id
                else j.base_asset_id
            end
    ) as o (from_asset_id, to_asset_id)
    where utl_private.has_inventories(t.book_id) or utl_private.has_inventories(t.to_book_id)
$seen_transactions$;

comment on function utl_private.seen_transactions(utl.transactions[]) is
'Those of the transactions that may move inventories: which, of what asset, from and to, and what
the asset and the cost asset of the instrument were worth in the reporting currency of the book.';
