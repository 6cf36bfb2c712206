create or replace function utl_private.refuse_other_content(
    transaction utl.transactions, recorded utl.transactions
)
returns void
language plpgsql
as $refuse_other_content$
declare
    _differences text;
begin
    select string_agg(format('%s %s, now %s', r.key, r.value, n.value), '; ' order by r.key)
    into _differences
    from jsonb_each(to_jsonb(recorded) - array['transaction_id', 'recorded_at', 'reason']) as r
    inner join jsonb_each(to_jsonb(transaction)) as n on r.key = n.key
    where
        r.value is distinct from n.value
        and not (r.key = 'occurred_at' and transaction.occurred_at is null);
    if _differences is not null then
        raise exception 'a transaction with reference % is there already, and another one',
            quote_literal(recorded.reference)
        using
            errcode = '23U03',
            detail = format(
                'Transaction %s has %s.', recorded.transaction_id, _differences
            ),
            hint = 'Give another reference, or change what is recorded: utl.amend_transaction.';
    end if;
end
$refuse_other_content$;

comment on function utl_private.refuse_other_content(utl.transactions, utl.transactions) is
'Raises 23U03 if a transaction says something else than the one that is recorded with its reference.
A time that is not given and the reason do not count.';
