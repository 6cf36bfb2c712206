-- Prices: what an instrument, or an asset in terms of another, was worth at a time, as a source
-- said. They are facts: recorded, never changed, and the last word on a time counts. Without a
-- price a thing is unpriced, which is seen; it is never worth 0 or 1, and no stablecoin is its
-- currency.
--
-- The newest price of each source is in utl_private.latest_prices, kept by the trigger; that of an
-- earlier time is read from the facts by the indexes prices_of_instruments and prices_of_pairs.
-- Over sources, the newest price counts. A price of a spot or fx instrument is also a rate.

create or replace function utl_private.add_price_partition(month_start timestamptz)
returns void
language plpgsql
as $add_price_partition$
declare
    _partition name := 'prices_' || to_char(month_start at time zone 'UTC', 'YYYY_MM');
    _month_end timestamptz := (month_start at time zone 'UTC' + interval '1 month')
        at time zone 'UTC';
begin
    if to_regclass('utl_private.' || _partition) is not null or exists (
        select from utl_private.prices_default as p
        where p.at >= month_start and p.at < _month_end
    ) then
        return;
    end if;
    execute format(
        'create table utl_private.%I partition of utl.prices for values from (%L) to (%L)',
        _partition, month_start, _month_end
    );
    perform utl_private.guard_partition(to_regclass('utl_private.' || _partition));
end
$add_price_partition$;

comment on function utl_private.add_price_partition(timestamptz) is
'Makes the partition of prices for the month (UTC) that starts at a time, unless it is there or the
default partition already holds prices of that month.';
