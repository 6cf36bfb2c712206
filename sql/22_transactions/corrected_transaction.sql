create or replace function utl_private.corrected_transaction(
    transaction utl.transactions, ignored bigint[] default array[]::bigint[]
)
returns utl.transactions
language plpgsql
stable
as $corrected_transaction$
declare
    _correction utl.transaction_corrections;
    _corrected utl.transactions := transaction;
    _is_cancelled boolean := false;
begin
    for _correction in
        select c.*
        from utl.transaction_corrections as c
        where
            c.transaction_id = transaction.transaction_id and c.kind <> 'choose'
            and c.correction_id <> all(ignored)
        order by c.correction_id
    loop
        _is_cancelled := _correction.kind = 'cancel';
        _corrected.occurred_at := coalesce(_correction.occurred_at, _corrected.occurred_at);
        _corrected.quantity := coalesce(_correction.quantity, _corrected.quantity);
        _corrected.amount := coalesce(_correction.amount, _corrected.amount);
        _corrected.opened_at := coalesce(_correction.opened_at, _corrected.opened_at);
    end loop;
    return case when not _is_cancelled then _corrected end;
end
$corrected_transaction$;

comment on function utl_private.corrected_transaction(utl.transactions, bigint[]) is
'A transaction as it counts after its corrections, but for those to be ignored; null if the last one
cancels it.';
