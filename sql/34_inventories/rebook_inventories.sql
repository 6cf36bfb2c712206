create or replace function utl_private.rebook_inventories(of_fact_ids bigint[])
returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $rebook_inventories$
declare
    _fills utl.fills[];
    _transactions utl.transactions[];
begin
    perform utl_private.require_facts(v.book_id, min(v.at), with_frozen => true)
    from (
        select v.book_id, v.fill_id, v.executed_at as at
        from utl_private.inventory_fills as v
        where v.fill_id = any(of_fact_ids)
        union all
        select v.book_id, v.transaction_id, v.occurred_at
        from utl_private.inventory_transactions as v
        where v.transaction_id = any(of_fact_ids) and v.of_kind = 'fill'
    ) as v
    where
        v.fill_id not in (
            select p.fill_id from utl_private.prior_period_bookings as p
            where p.fill_id = any(of_fact_ids)
        )
    group by v.book_id;
    with placed as (
        select v.book_id, v.instrument_id, v.executed_at, v.fill_id
        from utl_private.inventory_fills as v
        where v.fill_id = any(of_fact_ids)
        union
        select v.book_id, v.of_instrument_id, v.occurred_at, v.transaction_id
        from utl_private.inventory_transactions as v
        where v.transaction_id = any(of_fact_ids) and v.of_kind = 'fill'
    )

    select array_agg(distinct row(f.*)::utl.fills) into _fills
    from placed as p
    inner join utl_private.booked_fills as f
        on p.executed_at = f.executed_at and p.fill_id = f.fill_id;
    select array_agg(row(t.*)::utl.transactions) into _transactions
    from utl.effective_transactions as t
    where t.transaction_id = any(of_fact_ids);
    perform utl_private.book_inventories(
        _fills, _fills, _transactions, _transactions, 'rate', of_fact_ids
    );
end
$rebook_inventories$;

comment on function utl_private.rebook_inventories(bigint[]) is
'Books again what facts do to inventories, at the rates that are recorded with them by now. 55U06:
one of them is archived.';
