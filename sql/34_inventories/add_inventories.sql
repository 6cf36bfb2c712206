-- Inventories: a costing of basis asset counts what is owned by coin, in the reporting currency of
-- the book. A fill of ETH/BTC buys ETH and disposes of BTC, both at the rate of that moment; a fee
-- in a third coin disposes of that. So each fact becomes moves of inventories, in the shape of
-- fills and of transactions, and these are booked like any other. What is traded on margin stays
-- what it is: its instrument's position, in the currency in which it settles.

create or replace function utl_private.add_inventories(
    fills utl.fills[], transactions utl.transactions[]
)
returns void
language sql
as $add_inventories$
    with facts as (
        select f.book_id, f.instrument_id, f.fee_asset_id as asset_id from unnest(fills) as f
        union
        select t.book_id, t.instrument_id, t.asset_id from unnest(transactions) as t
        union
        select t.to_book_id, coalesce(t.to_instrument_id, t.instrument_id), t.asset_id
        from unnest(transactions) as t
    ),

    seen as (
        select distinct b.reporting_asset_id, a.asset_id
        from facts as f
        inner join utl_private.books as b on f.book_id = b.book_id
        left join utl_private.instruments as i
            on f.instrument_id = i.instrument_id and i.kind in ('spot', 'equity', 'fx')
        cross join unnest(array[i.base_asset_id, i.quote_asset_id, f.asset_id]) as a (asset_id)
    )

    insert into utl_private.instruments (
        instrument_id, instrument, kind, base_asset_id, quote_asset_id, settlement_asset_id,
        cost_asset_id
    )
    overriding system value
    select
        -nextval('utl_private.instruments_instrument_id_seq'),
        format('%s in %s', a.asset, r.asset), 'spot', a.asset_id, r.asset_id, r.asset_id, r.asset_id
    from seen as n
    inner join utl_private.assets as a on n.asset_id = a.asset_id
    inner join utl_private.assets as r on n.reporting_asset_id = r.asset_id
    where
        a.asset_id <> r.asset_id
        and utl_private.inventory_id(a.asset_id, r.asset_id) is null
    order by a.asset_id, r.asset_id
    on conflict do nothing
$add_inventories$;

comment on function utl_private.add_inventories(utl.fills[], utl.transactions[]) is
'Makes the inventories that facts move and that are not there yet.';
