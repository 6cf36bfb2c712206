create or replace function utl_private.booked_flow(fill utl.fills)
returns setof utl_private.flows
language sql
immutable
as $booked_flow$
    select
        fill.book_id, fill.account_id, fill.instrument_id, coalesce(fill.fee_asset_id, 0), 'fill',
        q.quantity, q.quantity * fill.price, -fill.fee,
        -utl_private.coin_fee(fill, fill.fee_asset_id) * fill.price
    from (select utl_private.signed_quantity(fill.side, fill.quantity)) as q (quantity)
$booked_flow$;

comment on function utl_private.booked_flow(utl.fills) is
'What a fill moves, in the shape of utl_private.flows. Written so that the planner inlines it.';
