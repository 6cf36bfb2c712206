create or replace function utl_private.refuse_unknown(touched utl_private.touched[])
returns void
language plpgsql
as $refuse_unknown$
declare
    _what text;
begin
    select
        case
            when b.book_id is null then format('book %s', t.book_id)
            when a.account_id is null then format('account %s', t.account_id)
            when i.instrument_id is null then format('instrument %s', t.instrument_id)
            else format('fee asset %s', t.fee_asset_id)
        end
    into _what
    from unnest(touched) as t
    left join utl_private.books as b on t.book_id = b.book_id
    left join utl_private.accounts as a on t.account_id = a.account_id
    left join utl_private.instruments as i
        on t.instrument_id = i.instrument_id and (i.instrument_id > 0 or t.quantity = 0)
    left join utl_private.assets as f on t.fee_asset_id = f.asset_id
    where
        b.book_id is null or a.account_id is null or i.instrument_id is null
        or (t.fee_asset_id is not null and f.asset_id is null)
    limit 1;
    if found then                       -- else all are known, and an asset's costing books them
        raise exception 'a fill refers to unknown %', _what
        using
            errcode = '23U01',
            detail = 'No fill of this statement was recorded.',
            hint = 'Ids are those of utl.books, utl.accounts, utl.instruments and utl.assets.';
    end if;
end
$refuse_unknown$;

comment on function utl_private.refuse_unknown(utl_private.touched[]) is
'Raises 23U01 for the first book, account, instrument or fee asset that is not there. An
inventory is no instrument that can be traded.';
