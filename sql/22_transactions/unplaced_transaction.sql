create or replace function utl_private.unplaced_transaction(
    kind text,
    instrument text,
    occurred_at timestamptz,
    reference text,
    reason text,
    sequence bigint
)
returns utl.transactions
language plpgsql
stable
as $unplaced_transaction$
declare
    _transaction utl.transactions;
begin
    _transaction.kind := kind;
    _transaction.instrument_id := utl.instrument_id(instrument);
    _transaction.occurred_at := occurred_at;
    _transaction.reference := reference;
    _transaction.reason := reason;
    _transaction.sequence := coalesce(sequence, 0);
    _transaction.fee := 0;
    return _transaction;
end
$unplaced_transaction$;

comment on function utl_private.unplaced_transaction(
    text, text, timestamptz, text, text, bigint
) is
'A transaction of an instrument that is to be recorded in several books or accounts, still without
them. 22U01: an unknown instrument.';
