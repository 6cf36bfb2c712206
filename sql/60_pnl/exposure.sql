-- Profit and loss, and exposure. Gross realized, fees and income are always apart; unrealized is
-- what closing at the price would realize. Every figure is in the cost asset of its instrument and
-- in the reporting asset of its book; what has no price or no rate is null and counted, never 0.
-- The views are of now; the functions beside them are of any time.

create or replace view utl.exposure as
select
    e.book, e.account, e.venue, e.instrument, e.kind, e.asset, e.asset_class, e.quantity,
    e.base_quantity, e.has_delta, e.price, e.price_at, e.exposure_reporting,
    e.gross_exposure_reporting, e.reporting_asset, e.is_priced, e.is_stale, e.book_id,
    e.account_id, e.instrument_id
from utl.exposure_at() as e;

comment on view utl.exposure is
'What each book is exposed to in each account, whatever the costing, now: by each instrument, not
only in the base asset, and by coins held beside. A spot position is exposed to what it holds, a
derivative to the contract value of what it is on. Coins that paid for others are an exposure, too:
buying ETH/BTC is long ETH and short BTC, which is a row of its own, without a quantity. So is the
second currency of an fx pair. Coins that came or went for no position (deposits, fees in BNB,
funding and profit paid in BTC) are a row without an instrument, of kind asset. So all rows of a
coin but those of derivatives add up to what is held of it, less what is borrowed. A coin is what
add_asset does not call fiat or stablecoin, but for what others are quoted in and is never traded;
cash is in utl.book_holdings and not here, and what the book reports in is no exposure. Rolled up:
utl.exposure_totals.';
comment on column utl.exposure.book is 'The book.';
comment on column utl.exposure.account is
'The account in which it is held; null for profit in coins that no costing tells whose it is.';
comment on column utl.exposure.venue is 'The venue of the account.';
comment on column utl.exposure.instrument is
'What is held; null for coins held beside positions.';
comment on column utl.exposure.kind is
'spot, perpetual, future, option, equity or fx; asset for coins held beside positions.';
comment on column utl.exposure.asset is
'What it is an exposure to: the base asset, or the one that it was paid with.';
comment on column utl.exposure.asset_class is
'Its class: crypto, stablecoin, fiat, security, commodity or other.';
comment on column utl.exposure.quantity is
'Signed quantity, in units of the instrument; null for what it was paid with, and without one.';
comment on column utl.exposure.base_quantity is
'How much of the asset that is. Linear: quantity × multiplier; inverse: quantity × multiplier
÷ price; quanto: quantity × multiplier × rate of the settlement asset in the quote; option: quantity
× multiplier × delta, or without a delta, what its contracts are for.';
comment on column utl.exposure.has_delta is
'False for an option whose price came without a delta: how much it moves with the base asset is not
known.';
comment on column utl.exposure.price is
'The price at which it is valued, as in utl.pnl; null without one.';
comment on column utl.exposure.price_at is 'Of what time it is.';
comment on column utl.exposure.exposure_reporting is
'Value of base_quantity in the reporting asset: positive is long, also for inverse contracts. Null
for options without a delta, and where a price or a rate is missing.';
comment on column utl.exposure.gross_exposure_reporting is 'The same without its sign.';
comment on column utl.exposure.reporting_asset is 'The currency in which the book reports.';
comment on column utl.exposure.is_priced is 'Whether exposure_reporting is known.';
comment on column utl.exposure.is_stale is
'Whether a price or rate in it is older than the setting price_max_age.';
comment on column utl.exposure.book_id is 'Id of the book.';
comment on column utl.exposure.account_id is 'Id of the account.';
comment on column utl.exposure.instrument_id is 'Id of the instrument.';
