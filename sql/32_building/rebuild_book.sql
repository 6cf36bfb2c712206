create or replace function utl.rebuild_book(book text)
returns table (
    costing text, positions bigint, entries bigint, changed_positions bigint,
    digest_before text, digest_after text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $rebuild_book$
declare
    _book_id integer := utl.book_id(book);
    _costing utl_private.costings;
begin
    perform utl_private.hold_facts(_book_id);
    perform utl_private.hold_book(_book_id);
    perform utl_private.count_flows(_book_id);
    if utl_private.has_inventories(_book_id) then
        perform utl_private.fill_inventories(_book_id, with_rates => false);
    end if;
    for _costing in
        select c.* from utl_private.costings as c
        where c.book_id = _book_id and c.is_built
        order by c.starts_at, c.costing_id
    loop
        costing := _costing.costing;
        select r.* into changed_positions, digest_before, digest_after
        from utl_private.rebuild_costing(_costing) as r;
        select count(distinct p.position_id), count(e.fill_id) into positions, entries
        from utl_private.positions as p
        left join utl_private.entries as e on p.position_id = e.position_id
        where p.book_id = _book_id and p.costing_id = _costing.costing_id;
        return next;
    end loop;
end
$rebuild_book$;

comment on function utl.rebuild_book(text) is
'Throws away all that is derived for a book and derives it again from the facts, in one transaction;
tells its progress in notices. Booking into this book waits, other books go on. What comes back as
it was is believed since when it was; what does not is recorded in utl.restatements. Returns a row a
costing with the digest of what was there before and after: they are equal in a ledger that was
right. 22U01: unknown book; 55U06: fills of it are archived.';
