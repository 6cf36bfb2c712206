create or replace function utl_private.as_fill(booking utl_private.prior_period_bookings)
returns utl.fills
language sql
immutable
as $as_fill$
    select (
        booking.fill_id, booking.executed_at, booking.recorded_at, booking.sequence,
        booking.book_id, booking.account_id, booking.instrument_id, booking.fee_asset_id,
        booking.side, booking.quantity, booking.price, booking.fee, booking.liquidity,
        booking.venue_fill_id, booking.venue_order_id
    )::utl.fills
$as_fill$;

comment on function utl_private.as_fill(utl_private.prior_period_bookings) is
'What is booked for a fill of a closed period, in the shape of a fill.';
