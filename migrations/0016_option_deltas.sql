-- depends: 0015_fills_after_transactions
-- squawk-ignore-file constraint-missing-not-valid
-- How much an option moves with its base asset comes with its price.

-- Looked for in all rows once, so that new partitions have the same constraints as old ones.
alter table utl.prices
add column delta numeric,
-- NaN sorts above everything, so this keeps it out, too.
add constraint prices_delta_is_at_most_one check (delta between -1 and 1),
add constraint prices_delta_is_of_an_instrument
check (delta is null or instrument_id is not null);

alter table utl_private.latest_prices add column delta numeric;

alter type utl_private.checked_price add attribute delta numeric;
