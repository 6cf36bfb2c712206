create or replace function utl_private.require_held(transaction utl.transactions)
returns void
language plpgsql
as $require_held$
declare
    _held numeric;
begin
    if transaction.kind not in (
            'withdrawal', 'network_fee', 'transfer', 'conversion', 'cash_in_lieu'
        )
        or transaction.instrument_id is null
        or utl_private.transaction_flaw(transaction) is not null
    then
        return;                         -- the trigger says what is wrong
    end if;
    -- One asks at a time, so that two cannot both send what is there once.
    perform pg_advisory_xact_lock(
        'utl.transactions'::regclass::oid::integer, transaction.account_id
    );
    select sum(h.quantity) into _held
    from utl_private.held_quantities(
        transaction.instrument_id, transaction.occurred_at, transaction.book_id
    ) as h
    where h.account_id = transaction.account_id;
    if coalesce(_held, 0) * sign(transaction.quantity) > -abs(transaction.quantity) then
        perform utl_private.refuse_unheld(transaction, _held);
    end if;
end
$require_held$;

comment on function utl_private.require_held(utl.transactions) is
'Raises 23U07 for a transaction by which more of an instrument would go than the account holds of it
in the book at that time. Of an asset alone no more is asked: a venue may know of what nobody has
told the ledger.';
