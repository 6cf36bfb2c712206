create or replace trigger t10_refuse_change
before update or delete or truncate on utl.transaction_corrections
for each statement execute function utl_private.refuse_change();

comment on table utl.transaction_corrections is
'What takes transactions back, or completes them, as plain rows: INSERT applies them in the same
commit. They are never changed. A transaction counts as its corrections, in order of their arrival,
leave it: not after a cancel; after an amend with each value that an amend gave last. A choice of
lots says only which of them leave.';
comment on column utl.transaction_corrections.correction_id is
'Order of arrival, shared by all kinds of facts.';
comment on column utl.transaction_corrections.recorded_at is 'When it was inserted here.';
comment on column utl.transaction_corrections.transaction_id is 'The transaction.';
comment on column utl.transaction_corrections.kind is 'cancel, amend or choose.';
comment on column utl.transaction_corrections.occurred_at is 'When it happened; null: as it was.';
comment on column utl.transaction_corrections.quantity is
'New quantity, signed as in utl.transactions; null: as it was.';
comment on column utl.transaction_corrections.amount is 'New amount; null: as it was.';
comment on column utl.transaction_corrections.opened_at is
'Since when it was held; null: as it was.';
comment on column utl.transaction_corrections.lots is
'The lots that leave by it, in this order: [{"lot_id": 1, "quantity": "0.5"}], ids as in
utl.open_lots.';
comment on column utl.transaction_corrections.reason is 'Why, as somebody said.';
