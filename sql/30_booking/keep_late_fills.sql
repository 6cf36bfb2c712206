create or replace function utl_private.keep_late_fills(fills utl.fills[])
returns void
language sql
as $keep_late_fills$
    insert into utl_private.prior_period_bookings
    select
        f.fill_id, b.closed_up_to, f.recorded_at, f.sequence,
        f.book_id, f.account_id, f.instrument_id, f.fee_asset_id,
        f.side, f.quantity, f.price, f.fee, f.liquidity, f.venue_fill_id, f.venue_order_id,
        f.fill_id, f.executed_at, 'late', true
    from unnest(fills) as f
    inner join utl_private.books as b on f.book_id = b.book_id
    where f.executed_at < b.closed_up_to
$keep_late_fills$;

comment on function utl_private.keep_late_fills(utl.fills[]) is
'Keeps where new fills of a closed period are booked: at the first open moment.';
