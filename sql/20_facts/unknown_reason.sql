create or replace function utl_private.unknown_reason(kind text, name text)
returns text
language plpgsql
stable
as $unknown_reason$
declare
    _known text[] := case kind
        when 'book' then array(select b.book from utl_private.books as b)
        when 'account' then array(select a.account from utl_private.accounts as a)
        when 'instrument' then array(select i.instrument from utl_private.instruments as i)
        else array(select f.asset from utl_private.assets as f)
    end;
begin
    return format(
        'unknown %s %s; the nearest known: %s',
        kind,
        utl_private.quote_shortly(name),
        coalesce(utl_private.nearest_names(left(name, 60), _known), 'none')
    );
end
$unknown_reason$;

comment on function utl_private.unknown_reason(text, text) is
'Says which name is unknown, and which known ones are the most alike.';
