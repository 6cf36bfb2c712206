create or replace function utl_private.lock_senders(checked utl_private.checked_transaction[])
returns void
language plpgsql
as $lock_senders$
begin
    perform pg_advisory_xact_lock('utl.transactions'::regclass::oid::integer, s.account_id)
    from (
        select distinct (c.transaction).account_id
        from unnest(checked) as c
        where
            (c.transaction).kind in (
                'withdrawal', 'network_fee', 'transfer', 'conversion', 'cash_in_lieu'
            )
            and (c.transaction).instrument_id is not null
        order by 1
    ) as s;
end
$lock_senders$;

comment on function utl_private.lock_senders(utl_private.checked_transaction[]) is
'Locks the accounts from which something is to go until commit, in order of their ids, with the lock
of utl_private.require_held: two sessions cannot both send what is there once.';
