create or replace view utl.costings as
select
    b.book, c.costing, c.method, c.pool, c.fees, c.rank_by, c.booking_order, c.is_primary,
    c.book_id, c.costing_id,
    nullif(c.starts_at, '-infinity') as starts_at,
    nullif(c.ends_at, 'infinity') as ends_at,
    c.is_built,
    c.basis
from utl_private.costings as c
inner join utl_private.books as b on c.book_id = b.book_id;

comment on view utl.costings is
'How the unit cost of each book is computed. A book may have several costings, side by side, over
the same fills. One whose method was changed has a row for each method, in order of time.';
comment on column utl.costings.book is 'The book.';
comment on column utl.costings.costing is 'Name of the costing in its book.';
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
comment on column utl.costings.basis is
'instrument: each traded instrument is a position in its cost asset; asset: what is owned is an
inventory of each coin, in the reporting currency of the book.';
comment on column utl.costings.is_primary is 'The costing of the book that utl.positions shows.';
comment on column utl.costings.book_id is 'Id of the book.';
comment on column utl.costings.costing_id is 'Id of the costing.';
comment on column utl.costings.starts_at is
'From when it holds, where another method came before; null: from the beginning.';
comment on column utl.costings.ends_at is
'Until when it holds, where another method comes after; null: without end.';
comment on column utl.costings.is_built is
'Whether it is there to be read; false while its history is being built: utl.build_costings.';
