create or replace view utl.exposure_totals as
select
    e.book, e.dimension_of as dimension, e.member, e.reporting_asset, e.quantity,
    e.net_exposure, e.gross_exposure, e.positions, e.unvalued
from utl.exposure_by() as e;

comment on view utl.exposure_totals is
'Exposure of every book with all books below it, in its own reporting asset, now: by each dimension.
Choose one book and one dimension: every position is in the rows of all dimensions, and in those of
all books above it. utl.exposure_by is the same for one dimension, in less time.';
comment on column utl.exposure_totals.book is 'The book at the top.';
comment on column utl.exposure_totals.dimension is
'By what: book, asset, asset class, venue, account, instrument or instrument kind. Coins held beside
positions are of kind asset, and stand under their own name among instruments.';
comment on column utl.exposure_totals.member is
'Which of them; by book, the book at the top again.';
comment on column utl.exposure_totals.reporting_asset is 'The currency in which that book reports.';
comment on column utl.exposure_totals.quantity is
'By asset: net quantity, without options that have no delta; by instrument, of its base asset; else
null.';
comment on column utl.exposure_totals.net_exposure is
'Sum of the exposures that are known; shorts are negative.';
comment on column utl.exposure_totals.gross_exposure is
'Sum of the same without signs, by position: what one book has of one asset by one
instrument in the member.';
comment on column utl.exposure_totals.positions is 'How many such positions there are.';
comment on column utl.exposure_totals.unvalued is
'How many of them are in no sum: options without a delta, and what has no price or rate.';
