create or replace function utl_private.transaction_flaw(transaction utl.transactions)
returns text
language sql
stable
return coalesce(
    utl_private.field_flaw(transaction),
    utl_private.sign_flaw(transaction),
    utl_private.move_flaw(transaction)
);

comment on function utl_private.transaction_flaw(utl.transactions) is
'Why there cannot be such a transaction of its kind; null if there can.';
