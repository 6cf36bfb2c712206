create or replace function utl_private.make_primary(book_id integer, costing text)
returns void
language plpgsql
as $make_primary$
begin
    update utl_private.costing_builds as b set becomes_primary = true
    from utl_private.costings as c
    where
        b.book_id = make_primary.book_id and b.costing_id = c.costing_id
        and c.book_id = b.book_id and c.costing = make_primary.costing;
    if found then                       -- once it is built
        return;
    end if;
    update utl_private.costings as c set is_primary = false
    where
        c.book_id = make_primary.book_id and c.is_primary
        and c.costing <> make_primary.costing;
    update utl_private.costings as c set is_primary = true
    where
        c.book_id = make_primary.book_id and not c.is_primary
        and c.costing = make_primary.costing;
end
$make_primary$;

comment on function utl_private.make_primary(integer, text) is
'Moves the mark of the primary costing of a book; to one that is being built, when it is.';
