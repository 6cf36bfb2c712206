create or replace view utl.latest_prices as
select
    i.instrument,
    b.asset as base,
    q.asset as quote,
    l.source,
    trim_scale(l.bid) as bid,
    trim_scale(l.ask) as ask,
    trim_scale(l.mark) as mark,
    l.at,
    greatest(statement_timestamp() - l.at, interval '0') as age,
    statement_timestamp() - l.at > s.price_max_age as is_stale,
    l.recorded_at,
    trim_scale(l.delta) as delta
from utl_private.latest_prices as l
cross join utl_private.settings as s
left join utl_private.instruments as i on l.instrument_id = i.instrument_id
left join utl_private.assets as b on l.instrument_id = 0 and l.base_asset_id = b.asset_id
left join utl_private.assets as q on l.instrument_id = 0 and l.quote_asset_id = q.asset_id;

comment on view utl.latest_prices is
'The newest price of each instrument, and of each pair of assets, that each source gave.';
comment on column utl.latest_prices.instrument is 'What it is the price of; null for a pair.';
comment on column utl.latest_prices.base is
'The asset of which one unit is priced; null for an instrument.';
comment on column utl.latest_prices.quote is
'The asset in which it is priced; null for an instrument.';
comment on column utl.latest_prices.source is 'Who says so.';
comment on column utl.latest_prices.bid is 'What buyers pay.';
comment on column utl.latest_prices.ask is 'What sellers want.';
comment on column utl.latest_prices.mark is 'The price to value at.';
comment on column utl.latest_prices.at is 'When it was the price.';
comment on column utl.latest_prices.age is 'How long ago that is; 0 if it is ahead of the clock.';
comment on column utl.latest_prices.is_stale is
'Whether it is older than the setting price_max_age.';
comment on column utl.latest_prices.recorded_at is 'When it was inserted here.';
comment on column utl.latest_prices.delta is 'Of an option: how it moves with its base asset.';
