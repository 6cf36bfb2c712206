create or replace function utl_private.count_flows(book_id integer)
returns void
language sql
set enable_nestloop = off
as $count_flows$
    delete from utl_private.flows as o
    where o.book_id = count_flows.book_id;

    insert into utl_private.flows (
        book_id, account_id, instrument_id, asset_id, kind, quantity, notional, received, at_price
    )
    select
        f.book_id, f.account_id, f.instrument_id, f.asset_id, f.kind,
        f.quantity, f.notional, f.received, f.at_price
    from utl_private.fact_flows as f
    where f.book_id = count_flows.book_id
$count_flows$;

comment on function utl_private.count_flows(integer) is
'Adds up the flows of a book anew, from its facts.';
