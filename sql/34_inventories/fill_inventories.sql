create or replace function utl_private.fill_inventories(book_id integer, with_rates boolean)
returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $fill_inventories$
declare
    _fills utl.fills[];
    _transactions utl.transactions[] := array(
        select row(t.*)::utl.transactions
        from utl.effective_transactions as t
        where fill_inventories.book_id in (t.book_id, t.to_book_id)
    );
begin
    delete from utl_private.inventory_fills as v where v.book_id = fill_inventories.book_id;
    delete from utl_private.inventory_transactions as v
    where v.book_id = fill_inventories.book_id and v.of_kind = 'fill';
    perform utl_private.take_inventory_moves(null, _transactions);
    if with_rates then
        perform utl_private.keep_rates(null, _transactions);
    end if;
    perform utl_private.add_inventories(null, _transactions);
    perform utl_private.keep_inventory_moves(null, _transactions);
    for _fills in
        select array_agg(n.fill)
        from (
            select
                row(f.*)::utl.fills as fill,
                (row_number() over (order by f.executed_at) - 1) / 20000 as part
            from utl_private.booked_fills as f
            where f.book_id = fill_inventories.book_id
        ) as n
        group by n.part
    loop
        if with_rates then
            perform utl_private.keep_rates(_fills, null);
        end if;
        perform utl_private.add_inventories(_fills, null);
        perform utl_private.keep_inventory_moves(_fills, null);
    end loop;
end
$fill_inventories$;

comment on function utl_private.fill_inventories(integer, boolean) is
'Derives anew what the facts of a book do to its inventories, at the rates that are recorded with
them; with_rates, the first time, records these before.';
