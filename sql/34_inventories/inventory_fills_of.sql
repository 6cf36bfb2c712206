create or replace function utl_private.inventory_fills_of(moves utl_private.inventory_move[])
returns setof utl.fills
language sql
stable
as $inventory_fills_of$
    select
        (m.fill).fill_id, greatest((m.fill).executed_at, b.closed_up_to), (m.fill).recorded_at,
        (m.fill).sequence, (m.fill).book_id, (m.fill).account_id,
        utl_private.inventory_id(m.asset_id, m.reporting_asset_id),
        case when m.fee <> 0 then m.fee_asset_id end,
        case when m.quantity > 0 then 'buy' else 'sell' end,
        abs(m.quantity), m.price, coalesce(m.fee, 0),
        (m.fill).liquidity, (m.fill).venue_fill_id, (m.fill).venue_order_id
    from unnest(moves) as m
    inner join utl_private.books as b on (m.fill).book_id = b.book_id
    where m.price is not null
$inventory_fills_of$;

comment on function utl_private.inventory_fills_of(utl_private.inventory_move[]) is
'Moves of inventories as fills of these, but for those of which no rate is known.';
