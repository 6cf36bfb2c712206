create or replace function utl_private.bare_fee(transaction utl.transactions)
returns numeric
language sql
immutable
as $bare_fee$
    select case
        when transaction.kind = 'transfer' and transaction.instrument_id is null
            then transaction.quantity + transaction.to_quantity
        else 0
    end
$bare_fee$;

comment on function utl_private.bare_fee(utl.transactions) is
'What of a transfer of an asset alone did not arrive, negative: no position has it as its fee.';
