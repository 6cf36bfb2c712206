-- Prices: what an instrument, or an asset in terms of another, was worth at a time, as a source
-- said. They are facts: recorded, never changed, and the last word on a time counts. Without a
-- price a thing is unpriced, which is seen; it is never worth 0 or 1, and no stablecoin is its
-- currency.
--
-- The newest price of each source is in utl_private.latest_prices, kept by the trigger; that of an
-- earlier time is read from the facts by the indexes prices_of_instruments and prices_of_pairs.
-- Over sources, the newest price counts. A price of a spot or fx instrument is also a rate.

create or replace function utl_private.as_line(
    price utl.prices, instrument utl_private.instruments
)
returns table (instrument_id integer, base_asset_id integer, quote_asset_id integer)
language sql
immutable
parallel safe
as $as_line$
    select
        coalesce(price.instrument_id, 0),
        case
            when price.instrument_id is null then price.base_asset_id
            when instrument.kind in ('spot', 'fx') then instrument.base_asset_id
            else 0
        end,
        case
            when price.instrument_id is null then price.quote_asset_id
            when instrument.kind in ('spot', 'fx') then instrument.quote_asset_id
            else 0
        end
$as_line$;

comment on function utl_private.as_line(utl.prices, utl_private.instruments) is
'Of what a price is the price, as utl_private.latest_prices has it: the instrument, 0 for a pair,
and the assets between which it is a rate, 0 and 0 for one that is none. Written so that the planner
inlines it.';
