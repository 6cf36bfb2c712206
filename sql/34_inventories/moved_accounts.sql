create or replace view utl_private.moved_accounts as
select f.book_id, f.instrument_id, f.account_id from utl_private.flows as f
union
select v.book_id, v.instrument_id, v.account_id from utl_private.inventory_fills as v
union
select v.book_id, v.instrument_id, v.account_id
from utl_private.inventory_transactions as v
where v.account_id is not null
union
select v.to_book_id, v.to_instrument_id, v.to_account_id
from utl_private.inventory_transactions as v
where v.to_instrument_id is not null;

comment on view utl_private.moved_accounts is
'Which accounts of each book have moved which instruments and inventories.';
