create or replace function utl_private.unknown_reason(unknown text, with_nearest boolean)
returns text
language plpgsql
stable
as $unknown_reason$
declare
    _kind text := split_part(unknown, ' ', 1);
    _name text := substr(unknown, length(_kind) + 2);
    _reason text := format(
        'unknown %s %s', replace(_kind, '_', ' '), utl_private.quote_shortly(_name)
    );
    _known text[];
begin
    if not with_nearest then
        return _reason;
    end if;
    _known := case _kind
        when 'book' then array(select b.book from utl_private.books as b)
        when 'account' then array(select a.account from utl_private.accounts as a)
        when 'instrument' then array(select i.instrument from utl_private.instruments as i)
        else array(select f.asset from utl_private.assets as f)
    end;
    return format(
        '%s; the nearest known: %s',
        _reason, coalesce(utl_private.nearest_names(left(_name, 60), _known), 'none')
    );
end
$unknown_reason$;

comment on function utl_private.unknown_reason(text, boolean) is
'Says which name is unknown (book, account, instrument or fee_asset, and the name itself), and which
known ones are the most alike.';
