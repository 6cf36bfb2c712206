create or replace function utl_private.known_transaction(transaction_id bigint)
returns bigint
language plpgsql
stable
as $known_transaction$
begin
    if not exists (
        select from utl.transactions as t
        where t.transaction_id = known_transaction.transaction_id
    ) then
        raise exception 'there is no transaction %', coalesce(transaction_id::text, 'null')
        using
            errcode = '22U01',
            detail = 'Transactions are in utl.transactions.',
            hint = 'utl.transaction_list shows them with names.';
    end if;
    return transaction_id;
end
$known_transaction$;

comment on function utl_private.known_transaction(bigint) is
'The id itself. 22U01: no transaction has it.';
