create or replace function utl_private.require_references(transactions utl.transactions[])
returns void
language plpgsql
as $require_references$
declare
    _what text;
begin
    select r.what into _what
    from unnest(transactions) as t
    cross join lateral (
        values
        (format('book %s', t.book_id), exists (
            select from utl_private.books as b where b.book_id = t.book_id
        )),
        (format('book %s', t.to_book_id), t.to_book_id is null or exists (
            select from utl_private.books as b where b.book_id = t.to_book_id
        )),
        (format('account %s', t.account_id), t.account_id is null or exists (
            select from utl_private.accounts as a where a.account_id = t.account_id
        )),
        (format('account %s', t.to_account_id), t.to_account_id is null or exists (
            select from utl_private.accounts as a where a.account_id = t.to_account_id
        )),
        (format('instrument %s', t.instrument_id), t.instrument_id is null or exists (
            select from utl_private.instruments as i where i.instrument_id = t.instrument_id
        )),
        (format('instrument %s', t.to_instrument_id), t.to_instrument_id is null or exists (
            select from utl_private.instruments as i where i.instrument_id = t.to_instrument_id
        )),
        (format('asset %s', t.asset_id), t.asset_id is null or exists (
            select from utl_private.assets as a where a.asset_id = t.asset_id
        )),
        (format('fee asset %s', t.fee_asset_id), t.fee_asset_id is null or exists (
            select from utl_private.assets as a where a.asset_id = t.fee_asset_id
        ))
    ) as r (what, is_known)
    where not r.is_known
    limit 1;
    if found then
        raise exception 'a transaction refers to unknown %', _what
        using
            errcode = '23U01',
            detail = 'No transaction of this statement was recorded.',
            hint = 'Ids are those of utl.books, utl.accounts, utl.instruments and utl.assets.';
    end if;
end
$require_references$;

comment on function utl_private.require_references(utl.transactions[]) is
'Raises 23U01 for the first book, account, instrument or asset of a transaction that is not there.';
