comment on table utl.prices is
'Prices of instruments and rates of pairs of assets, as plain rows for INSERT and COPY: either
instrument_id, or base_asset_id and quote_asset_id, and at least one of bid, ask and mark. A rate is
positive, and so is the price of a spot, perpetual or equity instrument (22U11); futures, options
and fx may have prices of 0 and below. More than a minute ahead of the clock is refused (22U10). For
the same thing, source and time, what was recorded last counts. utl.drop_prices drops old months.';
comment on column utl.prices.price_id is 'Order of arrival, shared by all kinds of facts.';
comment on column utl.prices.at is 'When it was the price.';
comment on column utl.prices.recorded_at is 'When it was inserted here.';
comment on column utl.prices.instrument_id is
'What it is the price of: utl.instruments. Null for a pair.';
comment on column utl.prices.base_asset_id is
'The asset of which one unit is priced: utl.assets. Null for an instrument.';
comment on column utl.prices.quote_asset_id is
'The asset in which it is priced: utl.assets. Null for an instrument.';
comment on column utl.prices.source is 'Who says so: a venue, a feed, a person.';
comment on column utl.prices.bid is 'What buyers pay.';
comment on column utl.prices.ask is 'What sellers want; not below bid.';
comment on column utl.prices.mark is
'The price to value at, such as the mark of a venue or a closing price.';
comment on column utl.prices.delta is
'Of an option, if it is known: by how much of its base asset one unit of it moves, from -1 to 1; of
a put it is negative.';

create or replace trigger t10_refuse_change
before update or delete or truncate on utl.prices
for each statement execute function utl_private.refuse_change();

select utl_private.guard_partition(i.inhrelid::regclass)
from pg_catalog.pg_inherits as i
where i.inhparent = 'utl.prices'::regclass;
