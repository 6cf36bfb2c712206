create or replace view utl.effective_transactions as
select
    t.transaction_id, t.occurred_at, t.recorded_at, t.sequence, t.book_id, t.account_id,
    t.instrument_id, t.asset_id, t.fee_asset_id, t.to_book_id, t.to_account_id, t.to_instrument_id,
    t.kind, t.quantity, t.amount, t.price, t.fee, t.to_quantity, t.new_units, t.old_units,
    t.opened_at, t.reference, t.reason
from utl.transactions as t
where
    not exists (
        select from utl.transaction_corrections as x
        where x.transaction_id = t.transaction_id
    )
union all
select
    t.transaction_id,
    coalesce(c.occurred_at, t.occurred_at) as occurred_at,
    t.recorded_at, t.sequence, t.book_id, t.account_id, t.instrument_id, t.asset_id,
    t.fee_asset_id, t.to_book_id, t.to_account_id, t.to_instrument_id, t.kind,
    coalesce(c.quantity, t.quantity) as quantity,
    coalesce(c.amount, t.amount) as amount,
    t.price, t.fee, t.to_quantity, t.new_units, t.old_units,
    coalesce(c.opened_at, t.opened_at) as opened_at,
    t.reference, t.reason
from utl.transactions as t
cross join lateral utl_private.correction_of_transaction(t.transaction_id) as c
where
    t.transaction_id in (select x.transaction_id from utl.transaction_corrections as x)
    and c.kind is distinct from 'cancel';

comment on view utl.effective_transactions is
'Transactions as they count: amended ones with their new values, without those that were cancelled.
The columns are those of utl.transactions.';
comment on column utl.effective_transactions.transaction_id is
'Order of arrival, shared by all kinds of facts.';
comment on column utl.effective_transactions.occurred_at is 'When it counts as happened.';
comment on column utl.effective_transactions.recorded_at is 'When it was inserted here.';
comment on column utl.effective_transactions.sequence is 'Its order among the facts of one time.';
comment on column utl.effective_transactions.book_id is 'The book whose risk it is.';
comment on column utl.effective_transactions.account_id is
'The account that sees it; null for a split, which all accounts see.';
comment on column utl.effective_transactions.instrument_id is
'The instrument whose position moves, or to which a payment belongs.';
comment on column utl.effective_transactions.asset_id is
'The asset that moves where no position does.';
comment on column utl.effective_transactions.fee_asset_id is
'The asset of the fee of a transfer: the coin that moves.';
comment on column utl.effective_transactions.to_book_id is
'The book where it arrives; that of book_id where it stays.';
comment on column utl.effective_transactions.to_account_id is
'The account where it arrives; that of account_id where it stays.';
comment on column utl.effective_transactions.to_instrument_id is
'What arrives: of a transfer the same instrument, of a conversion and a spin-off another.';
comment on column utl.effective_transactions.kind is
'What happened: a kind of utl.transaction_kinds.';
comment on column utl.effective_transactions.quantity is
'How much, as the account sees it: positive came in, negative went out.';
comment on column utl.effective_transactions.amount is
'What the quantity cost or was worth, in the cost asset of the instrument, the same for long and
short; of a conversion what was paid on top, of a spin-off the cost that moves, of a transfer what
its fee was worth. Null: not known, if it came in; that it leaves at its cost, if it went out.';
comment on column utl.effective_transactions.price is
'By what hifo and lofo rank the lot; null: amount ÷ quantity.';
comment on column utl.effective_transactions.fee is
'What of a transfer did not arrive, in the coin; positive.';
comment on column utl.effective_transactions.to_quantity is
'How much arrived: positive came in, negative of a short.';
comment on column utl.effective_transactions.new_units is 'How many units each old_units became.';
comment on column utl.effective_transactions.old_units is 'How many units became new_units.';
comment on column utl.effective_transactions.opened_at is
'Since when it was held, for what closes first; null: since it happened.';
comment on column utl.effective_transactions.reference is
'Its identity within the account, or for a split within book and instrument; generated if not
given.';
comment on column utl.effective_transactions.reason is 'Why, as somebody said.';
