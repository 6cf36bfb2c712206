create or replace function utl_private.keep_inventory_moves(
    of_fills utl.fills[], of_transactions utl.transactions[],
    out fills utl.fills[], out transactions utl.transactions[]
)
language plpgsql
as $keep_inventory_moves$
declare
    _moves utl_private.inventory_move[] := array(
        select m from utl_private.inventory_moves(of_fills) as m
    );
begin
    with kept as (
        insert into utl_private.inventory_fills
        select f.* from utl_private.inventory_fills_of(_moves) as f
        returning *
    )

    select array_agg(row(k.*)::utl.fills) into fills from kept as k;

    with kept as (
        insert into utl_private.inventory_transactions
        select m.* from utl_private.unrated_moves_of(_moves) as m
        union all
        select t.* from utl_private.inventory_transactions_of(of_transactions) as t
        returning *
    )

    select array_agg(utl_private.transaction_of_move(k)) into transactions from kept as k;
end
$keep_inventory_moves$;

comment on function utl_private.keep_inventory_moves(utl.fills[], utl.transactions[]) is
'Keeps, and returns, what facts do to inventories, at the rates that are recorded with them.';
