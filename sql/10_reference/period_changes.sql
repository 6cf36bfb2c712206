create or replace view utl.period_changes as
select
    b.book,
    c.kind,
    c.up_to,
    c.up_to_before,
    c.reason,
    c.recorded_by,
    c.recorded_at,
    c.period_change_id,
    c.book_id
from utl_private.period_changes as c
inner join utl_private.books as b on c.book_id = b.book_id;

comment on view utl.period_changes is
'Every closing and reopening of a period of a book.';
comment on column utl.period_changes.book is 'The book.';
comment on column utl.period_changes.kind is 'close or reopen.';
comment on column utl.period_changes.up_to is 'Up to when the book is closed since; not with it.';
comment on column utl.period_changes.up_to_before is 'Up to when it was closed before.';
comment on column utl.period_changes.reason is 'Why.';
comment on column utl.period_changes.recorded_by is 'Who did it.';
comment on column utl.period_changes.recorded_at is 'When it was done.';
comment on column utl.period_changes.period_change_id is
'Order of arrival, shared by all kinds of facts.';
comment on column utl.period_changes.book_id is 'Id of the book.';
