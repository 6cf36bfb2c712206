-- depends: 0007_prices
-- Fees in the coin that is traded: what they were worth at the price of their fills.

alter table utl_private.position_fees
add column in_cost_asset numeric not null default 0;

alter type utl_private.touched
add attribute fee_at_price numeric;
