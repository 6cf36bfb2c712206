create or replace function utl_private.refuse_unheld(transaction utl.transactions, held numeric)
returns void
language plpgsql
as $refuse_unheld$
begin
    raise exception 'a % of more than is held', replace(transaction.kind, '_', ' ')
    using
        errcode = '23U07',
        detail = (
            select format(
                'Account %s held %s %s in book %s at %s, and %s was to go.',
                a.account, trim_scale(coalesce(held, 0)), i.instrument, b.book,
                transaction.occurred_at, trim_scale(-transaction.quantity)
            )
            from utl_private.accounts as a
            cross join utl_private.instruments as i
            cross join utl_private.books as b
            where
                a.account_id = transaction.account_id and b.book_id = transaction.book_id
                and i.instrument_id = transaction.instrument_id
        ),
        hint = 'Record first what came before. INSERT into utl.transactions books it anyway, '
            'and lists what has no cost in utl.missing_basis.';
end
$refuse_unheld$;

comment on function utl_private.refuse_unheld(utl.transactions, numeric) is
'Raises 23U07: by a transaction more of an instrument would go than the account held of it.';
