create or replace view utl_private.instrument_moves as
select
    d.at, d.sequence, d.fact_id, d.book_id, d.account_id, d.instrument_id,
    d.quantity
    + case
        when i.kind = 'spot' and d.kind = 'fill' and d.asset_id = i.base_asset_id then d.received
        else 0
    end as quantity
from (
    select f.* from utl_private.dated_fills as f
    union all
    select t.* from utl_private.dated_transactions as t
) as d
inner join utl_private.instruments as i on d.instrument_id = i.instrument_id;

comment on view utl_private.instrument_moves is
'What each fact moved of its instrument in its account, after fees in the coin, and when.';
