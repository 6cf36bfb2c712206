create or replace function utl_private.require_bookable(transactions utl.transactions[])
returns void
language plpgsql
as $require_bookable$
declare
    _transaction utl.transactions;
    _flaw text;
    _book text;
    _closed_up_to timestamptz;
begin
    perform utl_private.require_references(transactions);
    foreach _transaction in array transactions loop
        _flaw := utl_private.transaction_flaw(_transaction);
        if _flaw is not null then
            raise exception 'a transaction of kind % cannot be: %', _transaction.kind, _flaw
            using
                errcode = '22U08',
                detail = row_to_json(_transaction)::text,
                hint = 'utl.transaction_kinds says what each kind needs.';
        end if;
    end loop;
    select b.book, b.closed_up_to, t.occurred_at
    into _book, _closed_up_to, _transaction.occurred_at
    from unnest(transactions) as t
    inner join utl_private.books as b on b.book_id in (t.book_id, t.to_book_id)
    where t.occurred_at < b.closed_up_to
    limit 1;
    if found then
        raise exception 'book % is closed at %', _book, _transaction.occurred_at
        using
            errcode = '23U05',
            detail = format('It is closed up to %s.', _closed_up_to),
            hint = 'Record it as of the end of the period, or utl.reopen_period.';
    end if;
end
$require_bookable$;

comment on function utl_private.require_bookable(utl.transactions[]) is
'Raises 23U01 for a transaction that refers to what is not there, 22U08 for one that its kind does
not allow, and 23U05 for one of a closed period: what is reported must stay, and a transaction,
unlike a fill, is recorded by somebody who can give it another time.';
