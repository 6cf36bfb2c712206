create or replace function utl_private.record_transaction(transaction utl.transactions)
returns utl.transactions
language plpgsql
as $record_transaction$
declare
    _new utl.transactions := transaction;
    _recorded utl.transactions := utl_private.recorded_transaction(transaction);
begin
    if _recorded.transaction_id is null then
        _new.transaction_id := nextval('utl_private.fact_ids');
        _new.occurred_at := coalesce(transaction.occurred_at, clock_timestamp());
        _new.recorded_at := clock_timestamp();
        _new.reference := coalesce(transaction.reference, gen_random_uuid()::text);
        perform utl_private.require_held(_new);
        insert into utl.transactions
        select _new.*
        on conflict do nothing          -- another session was faster
        returning * into _recorded;
        if found then
            return _recorded;
        end if;
        _recorded := utl_private.recorded_transaction(_new);
    end if;
    perform utl_private.refuse_other_content(transaction, _recorded);
    return _recorded;
end
$record_transaction$;

comment on function utl_private.record_transaction(utl.transactions) is
'Records a transaction, now if it has no time, or returns the one that is there with its reference.
22U08: its kind cannot be so; 23U03: the one that is there is another; 23U05: its period is closed;
23U07: more than is held would go.';
