create or replace view utl.holdings as
select
    h.account, h.venue, h.kind, h.asset, h.instrument, h.quantity, h.loans, h.worth_reporting,
    h.reporting_asset, h.is_priced, h.is_stale, h.reason, h.account_id, h.asset_id,
    h.instrument_id
from utl.holdings_at() as h;

comment on view utl.holdings is
'What each account holds now, over all books: what a statement of its venue is compared with.';
comment on column utl.holdings.account is
'The account; null where no costing tells accounts apart: see reason.';
comment on column utl.holdings.venue is 'The venue of the account.';
comment on column utl.holdings.kind is 'asset, or contract: perpetuals, futures and options.';
comment on column utl.holdings.asset is 'The asset that is held; null for contracts.';
comment on column utl.holdings.instrument is 'The contract that is held; null for assets.';
comment on column utl.holdings.quantity is
'Signed: negative is owed. Null where it is not known: see reason.';
comment on column utl.holdings.loans is 'What of it is borrowed: borrowed less repaid.';
comment on column utl.holdings.worth_reporting is
'What it is worth in the reporting asset at the newest prices and rates: options at
their price, perpetuals and futures at what is not yet paid out. Null where it is not known.';
comment on column utl.holdings.reporting_asset is
'The currency in which all books report that use the account here; null if they differ.';
comment on column utl.holdings.is_priced is 'Whether it could be valued.';
comment on column utl.holdings.is_stale is
'Whether a price or rate in that is older than the setting price_max_age.';
comment on column utl.holdings.reason is
'What stands in the way of telling accounts apart, or of a value, other than prices.';
comment on column utl.holdings.account_id is 'Id of the account.';
comment on column utl.holdings.asset_id is 'Id of the asset.';
comment on column utl.holdings.instrument_id is 'Id of the instrument.';
