create or replace view utl.pnl_by_book as
select
    p.book, p.reporting_asset, p.realized_pnl, p.fees, p.income, p.unrealized_pnl, p.total_pnl,
    p.positions, p.unpriced, p.unpriced = 0 as is_complete, p.book_id
from utl.pnl_of_books() as p;

comment on view utl.pnl_by_book is
'Profit and loss of every book with all books below it, by their primary costings, in the reporting
asset of the book at the top, at the newest prices and rates. Do not add up books of which one is
below the other. Lines without a price or a rate are in no sum, and are counted in unpriced;
utl.unpriced_positions lists what a line and its own book miss.';
comment on column utl.pnl_by_book.book is 'The book at the top.';
comment on column utl.pnl_by_book.reporting_asset is 'The currency in which it reports.';
comment on column utl.pnl_by_book.realized_pnl is
'Realized profit; without fees, unless a costing capitalizes them.';
comment on column utl.pnl_by_book.fees is 'Fees, of fills and of transactions, in any asset.';
comment on column utl.pnl_by_book.income is
'Funding, interest, rebates, dividends and rewards received, less paid.';
comment on column utl.pnl_by_book.unrealized_pnl is 'What closing at the prices would realize.';
comment on column utl.pnl_by_book.total_pnl is
'All of it: realized − fees that are expensed + income + unrealized.';
comment on column utl.pnl_by_book.positions is 'How many lines of utl.pnl there are.';
comment on column utl.pnl_by_book.unpriced is
'How many of them are in no sum, because a price or a rate is missing.';
comment on column utl.pnl_by_book.is_complete is 'Whether there is none of those.';
comment on column utl.pnl_by_book.book_id is 'Id of the book.';
