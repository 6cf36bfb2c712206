create or replace view utl.unpriced_positions as
select
    p.book, p.account, p.instrument, p.costing, p.is_primary, p.quantity, p.cost_asset,
    m.missing, p.position_id, p.book_id, p.instrument_id
from utl.pnl_at() as p
cross join lateral unnest(p.missing) as m (missing)
where p.missing is not null;

comment on view utl.unpriced_positions is
'What cannot be valued, and why: one row for each price or rate that a line of utl.pnl needs and
that nobody has given. Its figures are null, never valued at 0 or 1, and in no sum.';
comment on column utl.unpriced_positions.book is 'The book.';
comment on column utl.unpriced_positions.account is
'The account, where the costing pools by account; else null.';
comment on column utl.unpriced_positions.instrument is
'What is traded; null for what was paid or received for no instrument.';
comment on column utl.unpriced_positions.costing is 'The costing.';
comment on column utl.unpriced_positions.is_primary is
'Whether this is the primary costing of its book.';
comment on column utl.unpriced_positions.quantity is 'Signed: positive long, negative short.';
comment on column utl.unpriced_positions.cost_asset is
'The asset in which its figures are counted.';
comment on column utl.unpriced_positions.missing is
'What is missing: "price of BTC/USDT", or "rate of BNB in USD".';
comment on column utl.unpriced_positions.position_id is
'Id of the position; null for what was paid or received for no position.';
comment on column utl.unpriced_positions.book_id is 'Id of the book.';
comment on column utl.unpriced_positions.instrument_id is 'Id of the instrument.';
