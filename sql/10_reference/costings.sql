create or replace view utl.costings as
select
    b.book, c.costing, c.method, c.pool, c.fees, c.rank_by, c.booking_order, c.is_primary,
    c.book_id, c.costing_id
from utl_private.costings as c
inner join utl_private.books as b on c.book_id = b.book_id;

comment on view utl.costings is
'How the unit cost of each book is computed. A book may have several costings, side by side, over
the same fills.';
comment on column utl.costings.book is 'The book.';
comment on column utl.costings.costing is 'Name of the costing, unique in its book.';
comment on column utl.costings.method is 'wac, fifo, lifo, hifo or lofo.';
comment on column utl.costings.pool is
'Which fills share one cost: those of the whole book, or of each account in it.';
comment on column utl.costings.fees is
'expense: fees in the cost currency are kept beside the cost; capitalize: they are part of it.';
comment on column utl.costings.rank_by is
'What hifo and lofo compare: the bare price, or the unit cost with the fee.';
comment on column utl.costings.booking_order is
'event_time: fills count in the order they were executed, a late one restates; arrival: in the order
they arrived.';
comment on column utl.costings.is_primary is 'The costing of the book that utl.positions shows.';
comment on column utl.costings.book_id is 'Id of the book.';
comment on column utl.costings.costing_id is 'Id of the costing.';
