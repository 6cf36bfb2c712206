create or replace function utl_private.transaction_arguments(kind text)
returns text[]
language sql
stable
as $transaction_arguments$
    select p.proargnames::text[]
    from pg_catalog.pg_proc as p
    where
        p.pronamespace = 'utl'::regnamespace
        and p.prorettype = 'utl.transactions'::regtype
        and p.proname = 'record_' || case kind
            when 'borrow' then 'borrowing' when 'repay' then 'repayment' else kind
        end
$transaction_arguments$;

comment on function utl_private.transaction_arguments(text) is
'The arguments of the function that records a kind of transaction, which are the keys of such a row;
null for what is no kind.';
