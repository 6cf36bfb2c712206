create or replace function utl_private.take_inventory_moves(
    of_fills utl.fills[], of_transactions utl.transactions[],
    out fills utl.fills[], out transactions utl.transactions[]
)
language plpgsql
as $take_inventory_moves$
declare
    _ids bigint[] := array(
        select f.fill_id from unnest(of_fills) as f
        union
        select t.transaction_id from unnest(of_transactions) as t
    );
begin
    with gone as (
        delete from utl_private.inventory_fills as v where v.fill_id = any(_ids) returning v.*
    )

    select array_agg(row(g.*)::utl.fills) into fills from gone as g;

    with gone as (
        delete from utl_private.inventory_transactions as v
        where v.transaction_id = any(_ids)
        returning v.*
    )

    select array_agg(utl_private.transaction_of_move(g)) into transactions from gone as g;
end
$take_inventory_moves$;

comment on function utl_private.take_inventory_moves(utl.fills[], utl.transactions[]) is
'Takes away, and returns, what facts did to inventories, as it is booked.';
