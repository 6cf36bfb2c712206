select book, parent, reporting_asset from utl.books
order by book;
select instrument, kind, base, quote, settlement, multiplier from utl.instruments;
select account, venue from utl.accounts;
