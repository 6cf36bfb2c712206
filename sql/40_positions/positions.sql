create or replace view utl.positions as
select
    u.book, u.account, u.instrument, u.costing, u.method, u.is_primary, u.quantity,
    u.average_cost, u.cost, u.cost_asset, u.realized_pnl, u.fees, u.fee_treatment, u.net_pnl,
    u.opened_at, u.last_fill_at, u.version, u.position_id, u.book_id, u.costing_id,
    u.account_id, u.instrument_id
from utl.unit_costs as u
where u.is_primary;

comment on view utl.positions is
'Where we stand: one row per position of each book''s primary costing. A book that pools by account
has one per account.';
comment on column utl.positions.book is 'The book.';
comment on column utl.positions.account is
'The account, where the costing pools by account; else null.';
comment on column utl.positions.instrument is 'What is traded.';
comment on column utl.positions.costing is 'The costing by which this is computed.';
comment on column utl.positions.method is 'Its method.';
comment on column utl.positions.is_primary is 'Whether this is the primary costing of its book.';
comment on column utl.positions.quantity is 'Signed: positive long, negative short.';
comment on column utl.positions.average_cost is
'Price at which the open quantity stands, rounded to 18 places for show; null when flat.';
comment on column utl.positions.cost is
'Signed cost of the open quantity: what was paid, or, negative, what a short brought.';
comment on column utl.positions.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.positions.realized_pnl is
'Realized profit since the beginning, in the cost asset; without fees, unless the costing
capitalizes them.';
comment on column utl.positions.fees is
'Fees paid in the cost asset, or in the traded coin at the price of the fill; rebates are negative.
For each asset, and for third ones, see utl.position_fees.';
comment on column utl.positions.fee_treatment is
'expense: fees are not in realized_pnl; capitalize: they are in cost and realized_pnl.';
comment on column utl.positions.net_pnl is
'Realized profit after these fees.';
comment on column utl.positions.opened_at is
'When the position was last opened from flat, or turned; null when flat.';
comment on column utl.positions.last_fill_at is
'Time of the last fill in the order of the costing.';
comment on column utl.positions.version is
'Counts the statements that changed the position; it has no gaps.';
comment on column utl.positions.position_id is 'Id of the position.';
comment on column utl.positions.book_id is 'Id of the book.';
comment on column utl.positions.costing_id is 'Id of the costing.';
comment on column utl.positions.account_id is 'Id of the account, where pooled by account.';
comment on column utl.positions.instrument_id is 'Id of the instrument.';
