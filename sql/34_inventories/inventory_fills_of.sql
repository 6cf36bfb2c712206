create or replace function utl_private.inventory_fills_of(moves utl_private.inventory_move[])
returns setof utl.fills
language sql
stable
as $inventory_fills_of$
    select
        (m.fill).fill_id, coalesce(p.executed_at, (m.fill).executed_at), (m.fill).recorded_at,
        (m.fill).sequence, (m.fill).book_id, (m.fill).account_id,
        utl_private.inventory_id(m.asset_id, m.reporting_asset_id),
        case when m.fee <> 0 then m.fee_asset_id end,
        case when m.quantity > 0 then 'buy' else 'sell' end,
        abs(m.quantity), m.price, coalesce(m.fee, 0),
        (m.fill).liquidity, (m.fill).venue_fill_id, (m.fill).venue_order_id
    from unnest(moves) as m
    left join utl_private.prior_period_bookings as p on (m.fill).fill_id = p.fill_id
    where m.price is not null
$inventory_fills_of$;

comment on function utl_private.inventory_fills_of(utl_private.inventory_move[]) is
'Moves of inventories as fills of these, but for those of which no rate is known.';
