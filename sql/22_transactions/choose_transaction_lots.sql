create or replace function utl.choose_transaction_lots(
    transaction_id bigint, lots jsonb, reason text default null
)
returns utl.transaction_corrections
language sql
security definer
set search_path = pg_catalog, pg_temp
as $choose_transaction_lots$
    insert into utl.transaction_corrections (transaction_id, kind, lots, reason)
    select
        utl_private.known_transaction(transaction_id), 'choose', utl_private.require_lots(lots),
        reason
    returning *
$choose_transaction_lots$;

comment on function utl.choose_transaction_lots(bigint, jsonb, text) is
'Chooses the lots that leave by a transaction: a transfer, a withdrawal, a conversion, or whatever
else takes some away. Lots as in utl.choose_lots; what is not chosen, and the fee of a transfer,
leaves by the order of the costing; averages do not mind. The last choice counts, and what was
booked is restated. 22U01: there is no such transaction; 22U04: no list of lots; 23U05: its period
is closed; 23U08: that much of a lot could not leave by it. Returns the correction.';
