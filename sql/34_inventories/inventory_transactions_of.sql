create or replace function utl_private.inventory_transactions_of(transactions utl.transactions[])
returns setof utl_private.inventory_transactions
language sql
stable
as $inventory_transactions_of$
    with seen as (
        select s.* from utl_private.seen_transactions(transactions) as s
    ),

    changes as (
        select s.fact, c.change
        from seen as s
        cross join lateral utl_private.own_change(
            s.fact, s.inventory_id, s.cost_rate, s.asset_rate
        ) as c (change)
        where s.inventory_id is not null and (s.fact).to_quantity is null
        union all
        select s.fact, c.change
        from seen as s
        cross join lateral utl_private.move_changes(
            s.fact, s.inventory_id, s.to_inventory_id,
            s.asset_id = s.reporting_asset_id, s.to_asset_id = s.to_reporting_asset_id,
            s.reporting_asset_id = s.to_reporting_asset_id, s.cost_rate
        ) as c (change)
        where (s.fact).to_quantity is not null
        union all
        -- What is paid out, or on top, in another currency than that of the book.
        select
            s.fact,
            jsonb_build_object(
                'kind', 'adjustment',
                'instrument_id', utl_private.inventory_id(s.cost_asset_id, s.reporting_asset_id),
                'quantity', q.quantity, 'amount', abs(q.quantity) * s.cost_rate
            )
        from seen as s
        cross join lateral (
            select case (s.fact).kind
                when 'conversion' then -(s.fact).amount
                else -sign((s.fact).quantity) * (s.fact).amount
            end
        ) as q (quantity)
        where
            (s.fact).kind in ('cash_in_lieu', 'conversion', 'expiry')
            and s.cost_asset_id <> s.reporting_asset_id and q.quantity <> 0
            and utl_private.has_inventories((s.fact).book_id)
    )

    select
        t.transaction_id, t.occurred_at, t.recorded_at, t.sequence, t.book_id, t.account_id,
        t.instrument_id, t.asset_id, t.fee_asset_id, t.to_book_id, t.to_account_id,
        t.to_instrument_id, t.kind, t.quantity, t.amount, t.price, t.fee, t.to_quantity,
        t.new_units, t.old_units, t.opened_at, t.reference, t.reason,
        (c.fact).kind, (c.fact).instrument_id
    from changes as c
    cross join lateral jsonb_populate_record(
        c.fact,
        jsonb_build_object(
            'asset_id', null, 'to_book_id', null, 'to_account_id', null, 'to_instrument_id', null,
            'to_quantity', null
        ) || c.change
    ) as t
    where c.change is not null
$inventory_transactions_of$;

comment on function utl_private.inventory_transactions_of(utl.transactions[]) is
'What transactions do to inventories, as transactions of these. Loans move none: what is borrowed is
owed, and the inventory is what is owned.';
