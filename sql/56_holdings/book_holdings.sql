-- Holdings: what is where. A venue tells an account what it has of each asset and contract; this is
-- what the facts add up to. Fills of what is owned outright, and of options, move both what is
-- traded and what it is paid with; of perpetuals and futures, contracts, and money as profit is
-- realized. No costing is needed but for that.

create or replace view utl.book_holdings as
select
    h.book, h.account, h.venue, h.kind, h.asset, h.instrument, h.quantity, h.loans,
    h.worth_reporting, h.reporting_asset, h.is_priced, h.is_stale, h.reason, h.book_id,
    h.account_id, h.asset_id, h.instrument_id
from utl.book_holdings_at() as h;

comment on view utl.book_holdings is
'What each account holds for each book, now: its quantity of each asset and of each contract,
whatever the costing. What perpetuals and futures paid out is their realized PnL, by a costing that
pools by account, or the primary one where one account alone trades them in the book.';
comment on column utl.book_holdings.book is 'The book.';
comment on column utl.book_holdings.account is
'The account; null where no costing tells accounts apart: see reason.';
comment on column utl.book_holdings.venue is 'The venue of the account.';
comment on column utl.book_holdings.kind is 'asset, or contract: perpetuals, futures and options.';
comment on column utl.book_holdings.asset is 'The asset that is held; null for contracts.';
comment on column utl.book_holdings.instrument is 'The contract that is held; null for assets.';
comment on column utl.book_holdings.quantity is
'Signed: negative is owed. Null where it is not known: see reason.';
comment on column utl.book_holdings.loans is 'What of it is borrowed: borrowed less repaid.';
comment on column utl.book_holdings.worth_reporting is
'What it is worth in the reporting asset at the newest prices and rates: options at
their price, perpetuals and futures at what is not yet paid out. Null where it is not known.';
comment on column utl.book_holdings.reporting_asset is 'The currency in which the book reports.';
comment on column utl.book_holdings.is_priced is 'Whether it could be valued.';
comment on column utl.book_holdings.is_stale is
'Whether a price or rate in that is older than the setting price_max_age.';
comment on column utl.book_holdings.reason is
'What stands in the way of telling accounts apart, or of a value, other than prices.';
comment on column utl.book_holdings.book_id is 'Id of the book.';
comment on column utl.book_holdings.account_id is 'Id of the account.';
comment on column utl.book_holdings.asset_id is 'Id of the asset.';
comment on column utl.book_holdings.instrument_id is 'Id of the instrument.';
