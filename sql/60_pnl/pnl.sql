create or replace view utl.pnl as
select
    p.book, p.account, p.instrument, p.costing, p.is_primary, p.cost_asset,
    p.quantity, p.average_cost, p.cost, p.price, p.price_at, p.price_source, p.price_age,
    p.is_stale, p.is_priced, p.realized_pnl, p.fees, p.fee_treatment, p.other_fees,
    p.funding, p.interest, p.rebates, p.dividends, p.rewards, p.net_realized,
    p.unrealized_pnl, p.total_pnl, p.reporting_asset, p.rate, p.rate_at, p.is_rate_stale,
    p.realized_pnl_reporting, p.fees_reporting, p.income_reporting, p.unrealized_pnl_reporting,
    p.total_pnl_reporting, p.missing, p.position_id, p.book_id, p.instrument_id
from utl.pnl_at() as p;

comment on view utl.pnl is
'Profit and loss of every position in every costing of its book, since its beginning, at the newest
prices and rates. total = net realized + unrealized; net realized = realized − fees (unless the
costing capitalizes them: then they are in realized and unrealized) − other fees + funding +
interest + rebates + dividends + rewards. What cannot be valued is null, and so is every total that
would need it: utl.unpriced_positions. What was paid or received for no position has a row of its
own, without position_id. Sum over one costing: where is_primary.';
comment on column utl.pnl.book is 'The book.';
comment on column utl.pnl.account is
'The account, where the costing pools by account; else null.';
comment on column utl.pnl.instrument is
'What is traded; null for what was paid or received for no instrument.';
comment on column utl.pnl.costing is 'The costing by which this is computed.';
comment on column utl.pnl.is_primary is 'Whether this is the primary costing of its book.';
comment on column utl.pnl.cost_asset is
'The asset in which figures are counted; without an instrument, the reporting asset of the book.';
comment on column utl.pnl.quantity is 'Signed: positive long, negative short.';
comment on column utl.pnl.average_cost is
'Price at which the open quantity stands, rounded to 18 places for show; null when flat.';
comment on column utl.pnl.cost is 'Signed cost of the open quantity.';
comment on column utl.pnl.price is
'The price at which it is valued: bid for a long and ask for a short where both are given, else the
mark or what there is (setting mark_at). Null without a price.';
comment on column utl.pnl.price_at is 'Of what time it is.';
comment on column utl.pnl.price_source is 'Who says so.';
comment on column utl.pnl.price_age is 'How old it is.';
comment on column utl.pnl.is_stale is
'Whether the price is older than the setting price_max_age; it is used nevertheless.';
comment on column utl.pnl.is_priced is
'Whether unrealized PnL is known: there is a price, or nothing to value.';
comment on column utl.pnl.realized_pnl is
'Realized profit since the beginning; without fees, unless the costing capitalizes them.';
comment on column utl.pnl.fees is
'Fees paid in the cost asset, or in the traded coin at the price of the fill; rebates are
negative.';
comment on column utl.pnl.fee_treatment is
'expense: fees are subtracted here; capitalize: they are in cost and realized_pnl already.';
comment on column utl.pnl.other_fees is
'Fees paid in third assets at the newest rates, and fees that were paid by transactions; these are
always subtracted here. Null where a rate is missing.';
comment on column utl.pnl.funding is 'Funding received, less paid, at the newest rates.';
comment on column utl.pnl.interest is 'Interest received, less paid, at the newest rates.';
comment on column utl.pnl.rebates is
'Rebates received as transactions, at the newest rates; those of fills are negative fees.';
comment on column utl.pnl.dividends is 'Dividends received, less paid, at the newest rates.';
comment on column utl.pnl.rewards is
'Rewards and airdrops, at what they were worth when they came.';
comment on column utl.pnl.net_realized is 'Realized profit after fees, with all income.';
comment on column utl.pnl.unrealized_pnl is
'What closing at the price would realize, before fees; null without a price, 0 when flat.';
comment on column utl.pnl.total_pnl is 'net_realized + unrealized_pnl.';
comment on column utl.pnl.reporting_asset is 'The currency in which the book reports.';
comment on column utl.pnl.rate is
'What one unit of the cost asset is worth in it now; null where no price says so.';
comment on column utl.pnl.rate_at is
'Of what time its oldest price is; null where cost asset and reporting asset are the same.';
comment on column utl.pnl.is_rate_stale is
'Whether that is older than the setting price_max_age; it is used nevertheless.';
comment on column utl.pnl.realized_pnl_reporting is 'realized_pnl × rate.';
comment on column utl.pnl.fees_reporting is 'Both kinds of fees: (fees + other_fees) × rate.';
comment on column utl.pnl.income_reporting is
'All income: (funding + interest + rebates + dividends + rewards) × rate.';
comment on column utl.pnl.unrealized_pnl_reporting is 'unrealized_pnl × rate.';
comment on column utl.pnl.total_pnl_reporting is
'total_pnl × rate, the rate of now. At the rate of each transaction, with the effect of the currency
apart: utl.pnl_translated; at that of each day: utl.pnl_reported.';
comment on column utl.pnl.missing is
'The prices and rates that are missing to value it; null when none is.';
comment on column utl.pnl.position_id is
'Id of the position; null for what was paid or received for no position.';
comment on column utl.pnl.book_id is 'Id of the book.';
comment on column utl.pnl.instrument_id is 'Id of the instrument.';
