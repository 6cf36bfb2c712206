create or replace view utl.books as
select
    b.book_id,
    b.book,
    p.book as parent,
    a.asset as reporting_asset,
    c.costing as primary_costing,
    nullif(b.closed_up_to, '-infinity') as closed_up_to
from utl_private.books as b
inner join utl_private.assets as a on b.reporting_asset_id = a.asset_id
left join utl_private.books as p on b.parent_book_id = p.book_id
left join utl_private.costings as c
    on b.book_id = c.book_id and c.is_primary and c.ends_at = 'infinity';

comment on view utl.books is 'Who owns risk and profit: strategies, desks, client mandates.';
comment on column utl.books.book_id is 'Id of the book, as facts carry it.';
comment on column utl.books.book is 'Its name, unique in the firm.';
comment on column utl.books.parent is 'The book it rolls up into, if any.';
comment on column utl.books.reporting_asset is 'The currency in which its profit is reported.';
comment on column utl.books.primary_costing is 'The costing that utl.positions shows.';
comment on column utl.books.closed_up_to is
'Facts of an earlier time are booked at this time; null where no period is closed.';
