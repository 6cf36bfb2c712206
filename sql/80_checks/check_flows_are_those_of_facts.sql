create or replace view utl_private.check_flows_are_those_of_facts as
select
    coalesce(f.book_id, s.book_id) as book_id,
    coalesce(f.account_id, s.account_id) as account_id,
    coalesce(f.instrument_id, s.instrument_id) as instrument_id,
    coalesce(f.asset_id, s.asset_id) as asset_id,
    coalesce(f.kind, s.kind) as kind,
    f.quantity as quantity_of_facts, s.quantity,
    f.received as received_of_facts, s.received
from utl_private.fact_flows as f
full join utl_private.flows as s
    on
        f.book_id = s.book_id
        and f.account_id = s.account_id
        and f.instrument_id = s.instrument_id
        and f.asset_id = s.asset_id
        and f.kind = s.kind
left join utl_private.instruments as i
    on coalesce(f.instrument_id, s.instrument_id) = i.instrument_id
where
    (coalesce(f.quantity, 0), coalesce(f.notional, 0), coalesce(f.received, 0))
    <> (coalesce(s.quantity, 0), coalesce(s.notional, 0), coalesce(s.received, 0))
    or (                                -- a fee has such a value only if it is in the coin
        coalesce(f.at_price, 0) <> coalesce(s.at_price, 0)
        and (coalesce(f.kind, s.kind) <> 'fill' or i.base_asset_id = s.asset_id)
    );

comment on view utl_private.check_flows_are_those_of_facts is
'The flows of every account are the sum of its fills and transactions';
