create or replace view utl_private.costed_transactions as
select
    t.transaction_id, t.occurred_at, t.recorded_at, t.sequence, t.book_id, t.account_id,
    t.instrument_id, t.asset_id, t.fee_asset_id, t.to_book_id, t.to_account_id, t.to_instrument_id,
    t.kind, t.quantity, t.amount, t.price, t.fee, t.to_quantity, t.new_units, t.old_units,
    t.opened_at, t.reference, t.reason
from utl.effective_transactions as t
union all
select
    v.transaction_id, v.occurred_at, v.recorded_at, v.sequence, v.book_id, v.account_id,
    v.instrument_id, v.asset_id, v.fee_asset_id, v.to_book_id, v.to_account_id, v.to_instrument_id,
    v.kind, v.quantity, v.amount, v.price, v.fee, v.to_quantity, v.new_units, v.old_units,
    v.opened_at, v.reference, v.reason
from utl_private.inventory_transactions as v;

comment on view utl_private.costed_transactions is
'What is booked in positions, in the shape of transactions: those of instruments as they count, and
what they do to inventories.';
