create or replace function utl_private.transaction_flaw(transaction utl.transactions)
returns text
language sql
immutable
return null::text;
