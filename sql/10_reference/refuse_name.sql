create or replace function utl_private.refuse_name(kind text, name text, known text[])
returns void
language plpgsql
as $refuse_name$
begin
    raise exception 'unknown %: %', kind, coalesce(quote_literal(name), 'null')
    using
        errcode = '22U01',
        detail = format('Known %ss: %s.', kind, cardinality(known)),
        hint = format(
            'Add it with utl.add_%s(…). The nearest known: %s.',
            kind, coalesce(utl_private.nearest_names(name, known), 'none')
        );
end
$refuse_name$;

comment on function utl_private.refuse_name(text, text, text[]) is
'Raises 22U01: no such asset, venue, account, book or instrument.';
