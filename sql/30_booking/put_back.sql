create or replace function utl_private.put_back(points utl_private.leg[])
returns void
language sql
as $put_back$
    update utl_private.positions as p
    set
        opened_at = b.position_opened_at, last_effective_at = b.last_effective_at,
        last_sequence = b.last_sequence, last_fill_id = b.last_fill_id,
        quantity = b.position_quantity, cost = b.position_cost,
        realized_pnl = b.position_realized_pnl, fees = b.position_fees
    from unnest(points) as b
    where p.position_id = b.position_id and p.book_id = b.book_id
$put_back$;

comment on function utl_private.put_back(utl_private.leg[]) is
'Leaves of positions what they were before their points.';
