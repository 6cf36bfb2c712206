create or replace function utl_private.start_costing(added utl_private.costings)
returns void
language plpgsql
as $start_costing$
begin
    perform utl_private.hold_facts(added.book_id);
    if added.basis = 'asset' and not exists (
        select
        from utl_private.costings as c
        where
            c.book_id = added.book_id and c.basis = 'asset' and c.costing_id <> added.costing_id
    ) then
        perform utl_private.fill_inventories(added.book_id, with_rates => true);
    end if;
    if not exists (
        select from utl_private.positions as p where p.book_id = added.book_id
        union all
        select from utl_private.inventory_transactions as v where v.book_id = added.book_id
    ) then
        return;                         -- the book has no facts
    end if;
    if added.is_built then
        perform utl_private.book_facts(added.book_id, added.costing_id);
        perform utl_private.finish_costing(added.book_id, added.costing_id);
    else
        insert into utl_private.costing_builds (book_id, costing_id)
        values (added.book_id, added.costing_id);
        raise notice 'costing % waits to be built', added.costing
        using hint = 'call utl.build_costings(); booking goes on meanwhile.';
    end if;
end
$start_costing$;

comment on function utl_private.start_costing(utl_private.costings) is
'Books the facts of a book into a new costing, at once, or, where they are many, in steps to come.';
