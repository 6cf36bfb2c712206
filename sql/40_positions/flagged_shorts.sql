-- Journal and lots: how each position came to where it stands. An entry is one part of a fill that
-- opens or closes; an open lot is what is left of an opening fill; a match is a closing entry that
-- names its lot. Names are resolved, so that a report needs no joins.

create or replace view utl.flagged_shorts as
select
    u.book, u.account, u.instrument, u.quantity, 'book' as policy_of, u.opened_at,
    u.book_id, u.instrument_id
from utl.unit_costs as u
inner join utl_private.books as b on u.book_id = b.book_id
where u.is_primary and u.quantity < 0 and b.shorts = 'flag'
union all
select
    b.book, a.account, i.instrument, trim_scale(sum(f.quantity)), 'account', null,
    f.book_id, f.instrument_id
from utl_private.flows as f
inner join utl_private.accounts as a on f.account_id = a.account_id and a.shorts = 'flag'
inner join utl_private.books as b on f.book_id = b.book_id
inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
group by b.book, a.account, i.instrument, f.book_id, f.instrument_id
having sum(f.quantity) < 0;

comment on view utl.flagged_shorts is
'Short positions of books, and in accounts, whose policy is to flag them: utl.set_short_policy.';
comment on column utl.flagged_shorts.book is 'The book.';
comment on column utl.flagged_shorts.account is
'The account; null where the policy is of a book that pools its accounts.';
comment on column utl.flagged_shorts.instrument is 'What is short.';
comment on column utl.flagged_shorts.quantity is 'How much, negative.';
comment on column utl.flagged_shorts.policy_of is 'Whose policy flags it: book or account.';
comment on column utl.flagged_shorts.opened_at is
'When the position was opened; null for the policy of an account.';
comment on column utl.flagged_shorts.book_id is 'Id of the book.';
comment on column utl.flagged_shorts.instrument_id is 'Id of the instrument.';
