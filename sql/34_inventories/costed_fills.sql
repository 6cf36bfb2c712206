create or replace view utl_private.costed_fills as
select
    f.fill_id, f.executed_at, f.recorded_at, f.sequence,
    f.book_id, f.account_id, f.instrument_id, f.fee_asset_id,
    f.side, f.quantity, f.price, f.fee, f.liquidity, f.venue_fill_id, f.venue_order_id
from utl_private.booked_fills as f
union all
select
    v.fill_id, v.executed_at, v.recorded_at, v.sequence,
    v.book_id, v.account_id, v.instrument_id, v.fee_asset_id,
    v.side, v.quantity, v.price, v.fee, v.liquidity, v.venue_fill_id, v.venue_order_id
from utl_private.inventory_fills as v;

comment on view utl_private.costed_fills is
'What is booked in positions, in the shape of fills: what is booked of instruments, and what that
does to inventories.';
