create or replace view utl.fill_corrections as
select
    a.account,
    c.venue_fill_id,
    c.correction_id,
    row_number() over (
        partition by c.account_id, c.venue_fill_id
        order by c.correction_id
    ) as nth,
    c.kind,
    c.quantity,
    c.price,
    c.fee,
    f.asset as fee_asset,
    c.executed_at,
    c.sequence,
    c.reason,
    c.source,
    c.recorded_at,
    k.fill_id
from utl.corrections as c
inner join utl_private.accounts as a on c.account_id = a.account_id
left join utl_private.assets as f on c.fee_asset_id = f.asset_id
left join utl_private.fill_keys as k
    on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id;

comment on view utl.fill_corrections is
'The chain of corrections of each fill, in the order in which they count. fill_id is null while the
fill has yet to come.';
