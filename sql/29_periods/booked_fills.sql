-- Periods: what is closed stays as it was reported. A fact of a closed period is recorded as ever,
-- and booked at the first open moment, which is the end of the period. A correction of what is
-- booked in a closed period leaves it there, takes it back at the first open moment and books what
-- comes instead then, too: utl.prior_period_bookings. Closing and reopening are facts of their own.

create or replace view utl_private.booked_fills as
select
    f.fill_id, f.executed_at, f.recorded_at, f.sequence,
    f.book_id, f.account_id, f.instrument_id, f.fee_asset_id,
    f.side, f.quantity, f.price, f.fee, f.liquidity, f.venue_fill_id, f.venue_order_id
from utl.effective_fills as f
where
    not exists (
        select from utl_private.prior_period_bookings as p
        where p.of_fill_id = f.fill_id
    )
union all
select
    p.fill_id, p.executed_at, p.recorded_at, p.sequence,
    p.book_id, p.account_id, p.instrument_id, p.fee_asset_id,
    p.side, p.quantity, p.price, p.fee, p.liquidity, p.venue_fill_id, p.venue_order_id
from utl_private.prior_period_bookings as p;

comment on view utl_private.booked_fills is
'What is booked, in the shape of fills: each effective fill or, where a closed period stood in the
way, what is booked in its place.';
