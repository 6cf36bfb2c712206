create or replace function utl_private.move_flaw(transaction utl.transactions)
returns text
language sql
stable
as $move_flaw$
    select case
        when transaction.kind = 'transfer' then utl_private.transfer_flaw(transaction)
        when transaction.to_instrument_id is null then null
        when transaction.to_instrument_id = transaction.instrument_id
            then 'it cannot become what it is'
        when transaction.to_quantity = 0 then 'to_quantity is 0'
        when i.cost_asset_id <> t.cost_asset_id or i.is_inverse <> t.is_inverse
            then format('what %s cost is not counted as that of %s is', i.instrument, t.instrument)
    end
    from (select) as any_kind
    left join utl_private.instruments as i on i.instrument_id = transaction.instrument_id
    left join utl_private.instruments as t on t.instrument_id = transaction.to_instrument_id
$move_flaw$;

comment on function utl_private.move_flaw(utl.transactions) is
'Why what a transaction moves cannot move there; null if it can, or nothing moves. The cost of what
moves goes along, so that both instruments must count it in the same asset and the same way.';
