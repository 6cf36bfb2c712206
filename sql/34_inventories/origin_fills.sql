create or replace view utl_private.origin_fills as
select
    f.fill_id, f.executed_at, f.recorded_at, f.sequence,
    f.book_id, f.account_id, f.instrument_id, f.fee_asset_id,
    f.side, f.quantity, f.price, f.fee, f.liquidity, f.venue_fill_id, f.venue_order_id
from utl_private.costed_fills as f
union all
select
    a.fill_id, a.executed_at, a.recorded_at, a.sequence,
    a.book_id, a.account_id, a.instrument_id, a.fee_asset_id,
    a.side, a.quantity, a.price, a.fee, a.liquidity, a.venue_fill_id, a.venue_order_id
from utl_private.archived_origins as a
where
    not exists (
        select from utl_private.prior_period_bookings as p
        where p.of_fill_id = a.fill_id
    );

comment on view utl_private.origin_fills is
'What is booked in positions, in the shape of fills, with those archived that may have opened lots
that are open: what lots rank by.';
