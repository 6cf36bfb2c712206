create or replace trigger t10_refuse_change
before update or delete or truncate on utl.transactions
for each statement execute function utl_private.refuse_change();

comment on table utl.transactions is
'What moves quantity or money and is no fill, as plain rows: INSERT and COPY book them in the same
commit. They are never changed: utl.transaction_corrections does that. utl.transaction_kinds says
which columns each kind has, and what it does.';
comment on column utl.transactions.transaction_id is
'Order of arrival, shared by all kinds of facts.';
comment on column utl.transactions.occurred_at is 'When it happened.';
comment on column utl.transactions.recorded_at is 'When it was inserted here.';
comment on column utl.transactions.sequence is 'Its order among the facts of one time.';
comment on column utl.transactions.book_id is 'The book whose risk it is.';
comment on column utl.transactions.account_id is
'The account that sees it; null for a split, which all accounts see.';
comment on column utl.transactions.instrument_id is
'The instrument whose position moves, or to which a payment belongs.';
comment on column utl.transactions.asset_id is
'The asset that moves where no position does.';
comment on column utl.transactions.fee_asset_id is
'The asset of the fee of a transfer: the coin that moves.';
comment on column utl.transactions.to_book_id is
'The book where it arrives; that of book_id where it stays.';
comment on column utl.transactions.to_account_id is
'The account where it arrives; that of account_id where it stays.';
comment on column utl.transactions.to_instrument_id is
'What arrives: of a transfer the same instrument, of a conversion and a spin-off another.';
comment on column utl.transactions.kind is 'What happened: a kind of utl.transaction_kinds.';
comment on column utl.transactions.quantity is
'How much, as the account sees it: positive came in, negative went out.';
comment on column utl.transactions.amount is
'What the quantity cost or was worth, in the cost asset of the instrument, the same for long and
short; of a conversion what was paid on top, of a spin-off the cost that moves, of a transfer what
its fee was worth. Null: not known, if it came in; that it leaves at its cost, if it went out.';
comment on column utl.transactions.price is
'By what hifo and lofo rank the lot; null: amount ÷ quantity.';
comment on column utl.transactions.fee is
'What of a transfer did not arrive, in the coin; positive.';
comment on column utl.transactions.to_quantity is
'How much arrived: positive came in, negative of a short.';
comment on column utl.transactions.new_units is 'How many units each old_units became.';
comment on column utl.transactions.old_units is 'How many units became new_units.';
comment on column utl.transactions.opened_at is
'Since when it was held, for what closes first; null: since it happened.';
comment on column utl.transactions.reference is
'Its identity within the account, or for a split within book and instrument; generated if not
given.';
comment on column utl.transactions.reason is 'Why, as somebody said.';
