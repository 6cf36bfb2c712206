create or replace view utl.missing_basis as
with unknown_costs as (
    select
        t.transaction_id, t.book_id, t.account_id, t.instrument_id, t.quantity,
        'its cost is not known' as why
    from utl_private.costed_transactions as t
    where
        t.amount is null and t.instrument_id is not null
        and t.kind in ('opening_balance', 'deposit', 'reward', 'airdrop')
    union all
    select
        t.transaction_id, t.book_id, t.account_id, t.instrument_id, t.quantity,
        'its cost is not known'
    from utl_private.costed_transactions as t
    where
        t.amount is null and t.instrument_id is not null
        and t.kind = 'adjustment' and t.quantity > 0
    union all
    select
        t.transaction_id, t.book_id, t.account_id, t.instrument_id, -e.quantity,
        format('more left than costing %s held', c.costing)
    from utl_private.costed_transactions as t
    inner join utl_private.position_terms as p
        on
            t.book_id = p.book_id
            and t.instrument_id = p.instrument_id
            and p.account_id in (0, t.account_id)
    inner join utl_private.costings as c
        on p.book_id = c.book_id and p.costing_id = c.costing_id
    inner join utl_private.entries as e
        on
            p.position_id = e.position_id
            and e.effective_at in (t.occurred_at, t.recorded_at)
            and t.transaction_id = e.fill_id
    where
        (e.rule in ('move', 'expense') or t.amount is null)
        and t.kind in ('withdrawal', 'network_fee', 'transfer', 'conversion', 'adjustment')
        and t.quantity < 0
        and e.quantity * e.quantity_after > 0
    union
    select
        t.transaction_id, t.to_book_id, t.to_account_id, t.to_instrument_id, e.quantity,
        'nothing was held of which it is a part'
    from utl_private.costed_transactions as t
    inner join utl_private.position_terms as p
        on
            t.to_book_id = p.book_id
            and t.to_instrument_id = p.instrument_id
            and p.account_id in (0, t.to_account_id)
    inner join utl_private.entries as e
        on
            p.position_id = e.position_id
            and e.effective_at in (t.occurred_at, t.recorded_at)
            and t.transaction_id = e.fill_id
    where t.kind = 'spin_off' and t.amount <> 0 and e.amount = 0
)

select
    b.book,
    a.account,
    i.instrument,
    t.kind,
    t.occurred_at,
    trim_scale(u.quantity) as quantity,
    u.why,
    t.reason,
    t.reference,
    t.transaction_id,
    u.book_id
from unknown_costs as u
inner join utl.transactions as t on u.transaction_id = t.transaction_id
inner join utl_private.books as b on u.book_id = b.book_id
inner join utl_private.instruments as i on u.instrument_id = i.instrument_id
left join utl_private.accounts as a on u.account_id = a.account_id;

comment on view utl.missing_basis is
'What is held, or was, at a cost of 0 because nobody knows its cost: it came without one, or more
left than was there. utl.amend_transaction completes it, as does what was missing when it is
recorded.';
comment on column utl.missing_basis.book is 'The book.';
comment on column utl.missing_basis.account is 'The account.';
comment on column utl.missing_basis.instrument is 'The instrument whose position it is.';
comment on column utl.missing_basis.kind is 'The kind of the transaction.';
comment on column utl.missing_basis.occurred_at is 'When it happened.';
comment on column utl.missing_basis.quantity is 'How much has no cost; positive came in.';
comment on column utl.missing_basis.why is 'Why it has none.';
comment on column utl.missing_basis.reason is 'What was said when it was recorded.';
comment on column utl.missing_basis.reference is 'The reference of the transaction.';
comment on column utl.missing_basis.transaction_id is 'The transaction.';
comment on column utl.missing_basis.book_id is 'Id of the book.';
