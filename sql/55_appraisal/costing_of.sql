create or replace function utl_private.costing_of(book text, costing text)
returns text
language plpgsql
stable
as $costing_of$
declare
    _book_id integer := utl.book_id(book);
    _costing text;
begin
    select c.costing into _costing
    from utl_private.costings as c
    where
        c.book_id = _book_id and c.ends_at = 'infinity'
        and (c.costing = costing_of.costing or (costing_of.costing is null and c.is_primary));
    if not found then
        raise exception 'book % has no costing %', book, costing
        using
            errcode = '22U01',
            detail = 'Its primary costing is meant where none is named.',
            hint = 'utl.costings lists them; utl.add_costing adds one.';
    end if;
    return _costing;
end
$costing_of$;

comment on function utl_private.costing_of(text, text) is
'The name of a costing of a book, null standing for the primary one. 22U01: unknown book or
costing.';
