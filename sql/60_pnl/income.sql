create or replace view utl.income as
select
    n.book, n.account, n.instrument, n.kind, n.asset, n.amount, n.rate, n.reporting_asset,
    n.amount_reporting, n.book_id, n.instrument_id
from utl.income_of() as n;

comment on view utl.income is
'What was received, less what was paid, beside trading: by book, account, instrument, kind and
asset.';
comment on column utl.income.book is 'The book.';
comment on column utl.income.account is 'The account.';
comment on column utl.income.instrument is
'The instrument for which it was; null if it was for none.';
comment on column utl.income.kind is
'funding, interest, rebate, dividend or reward, which airdrops are, too.';
comment on column utl.income.asset is
'The asset in which it is counted: that which came; of a reward for an instrument, its cost asset.';
comment on column utl.income.amount is
'Received, less paid; of a reward for an instrument, what it was worth when it came.';
comment on column utl.income.rate is
'What one unit of the asset is worth in the reporting asset now; null where no price says so.';
comment on column utl.income.reporting_asset is 'The currency in which the book reports.';
comment on column utl.income.amount_reporting is 'amount × rate.';
comment on column utl.income.book_id is 'Id of the book.';
comment on column utl.income.instrument_id is 'Id of the instrument.';
