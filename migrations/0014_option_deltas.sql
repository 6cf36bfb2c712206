-- depends: 0013_upkeep
-- How much an option moves with its base asset comes with its price.

-- Not valid: rows that are there have no delta, and need not be looked at for that.
alter table utl.prices
add column delta numeric,
-- NaN sorts above everything, so this keeps it out, too.
add constraint prices_delta_is_at_most_one check (delta between -1 and 1) not valid,
add constraint prices_delta_is_of_an_instrument
check (delta is null or instrument_id is not null) not valid;

alter table utl_private.latest_prices add column delta numeric;

alter type utl_private.checked_price add attribute delta numeric;
