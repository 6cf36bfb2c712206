create or replace function utl_private.rebook_inventories(of_fact_ids bigint[])
returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $rebook_inventories$
declare
    _fills utl.fills[];
    _transactions utl.transactions[];
begin
    select array_agg(row(f.*)::utl.fills) into _fills
    from (
        select distinct v.booked_id, v.booked_at
        from utl_private.inventory_places(of_fact_ids) as v
        where v.is_fill
    ) as p
    inner join utl_private.booked_fills as f
        on p.booked_at = f.executed_at and p.booked_id = f.fill_id;
    select array_agg(row(t.*)::utl.transactions) into _transactions
    from utl.effective_transactions as t
    where t.transaction_id = any(of_fact_ids);
    perform utl_private.book_inventories(
        _fills, _fills, _transactions, _transactions, 'rate', of_fact_ids
    );
end
$rebook_inventories$;

comment on function utl_private.rebook_inventories(bigint[]) is
'Books again what facts do to inventories, at the rates that are recorded with them by now.';
