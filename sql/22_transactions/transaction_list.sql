create or replace view utl.transaction_list as
select
    b.book,
    a.account,
    t.kind,
    i.instrument,
    s.asset,
    coalesce(c.occurred_at, t.occurred_at) as occurred_at,
    trim_scale(coalesce(c.quantity, t.quantity)) as quantity,
    trim_scale(coalesce(c.amount, t.amount)) as amount,
    k.asset as amount_asset,
    trim_scale(nullif(t.fee, 0)) as fee,
    fs.asset as fee_asset,
    tb.book as to_book,
    ta.account as to_account,
    ti.instrument as to_instrument,
    trim_scale(t.to_quantity) as to_quantity,
    trim_scale(t.new_units) as new_units,
    trim_scale(t.old_units) as old_units,
    trim_scale(t.price) as price,
    coalesce(c.opened_at, t.opened_at) as opened_at,
    case c.kind when 'cancel' then 'cancelled' when 'amend' then 'amended' else 'booked' end
        as status,
    coalesce(c.reason, t.reason) as reason,
    t.reference,
    t.sequence,
    t.recorded_at,
    c.recorded_at as corrected_at,
    t.transaction_id
from utl.transactions as t
inner join utl_private.books as b on t.book_id = b.book_id
left join utl_private.accounts as a on t.account_id = a.account_id
left join utl_private.instruments as i on t.instrument_id = i.instrument_id
left join utl_private.assets as s on t.asset_id = s.asset_id
left join utl_private.assets as k on i.cost_asset_id = k.asset_id
left join utl_private.assets as fs on t.fee_asset_id = fs.asset_id
left join utl_private.books as tb on t.to_book_id = tb.book_id
left join utl_private.accounts as ta on t.to_account_id = ta.account_id
left join utl_private.instruments as ti on t.to_instrument_id = ti.instrument_id
cross join lateral utl_private.correction_of_transaction(t.transaction_id) as c;

comment on view utl.transaction_list is
'Transactions with names instead of ids, as they count after their corrections, and those that were
cancelled, too: see status.';
comment on column utl.transaction_list.book is 'The book.';
comment on column utl.transaction_list.account is 'The account; null: all of the book.';
comment on column utl.transaction_list.kind is 'What happened: a kind of utl.transaction_kinds.';
comment on column utl.transaction_list.instrument is
'The instrument whose position moves, or to which a payment belongs.';
comment on column utl.transaction_list.asset is 'The asset that moves where no position does.';
comment on column utl.transaction_list.occurred_at is 'When it happened.';
comment on column utl.transaction_list.quantity is
'How much, as the account sees it: positive came in, negative went out.';
comment on column utl.transaction_list.amount is
'What the quantity cost or was worth; null: not known, or leaves at its cost.';
comment on column utl.transaction_list.amount_asset is
'The asset of amount: in which the cost of the instrument is counted.';
comment on column utl.transaction_list.fee is 'What of a transfer did not arrive, in the coin.';
comment on column utl.transaction_list.fee_asset is 'The coin.';
comment on column utl.transaction_list.to_book is 'The book where it arrives.';
comment on column utl.transaction_list.to_account is 'The account where it arrives.';
comment on column utl.transaction_list.to_instrument is 'What arrives.';
comment on column utl.transaction_list.to_quantity is 'How much arrives.';
comment on column utl.transaction_list.new_units is 'How many units each old_units became.';
comment on column utl.transaction_list.old_units is 'How many units became new_units.';
comment on column utl.transaction_list.price is 'By what hifo and lofo rank the lot.';
comment on column utl.transaction_list.opened_at is 'Since when it was held, if not since then.';
comment on column utl.transaction_list.status is
'booked: as it was recorded; amended: as it was amended; cancelled: it does not count.';
comment on column utl.transaction_list.reason is 'Why: of the last correction, else its own.';
comment on column utl.transaction_list.reference is 'Its identity within the account.';
comment on column utl.transaction_list.sequence is 'Its order among the facts of one time.';
comment on column utl.transaction_list.recorded_at is 'When it was inserted here.';
comment on column utl.transaction_list.corrected_at is 'When it was last corrected; null: never.';
comment on column utl.transaction_list.transaction_id is 'The transaction.';
