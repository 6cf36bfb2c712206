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
comment on column utl.fill_corrections.account is 'The account of the fill.';
comment on column utl.fill_corrections.venue_fill_id is 'The venue''s identity of the fill.';
comment on column utl.fill_corrections.correction_id is
'The correction, in the order of arrival of all facts.';
comment on column utl.fill_corrections.nth is 'Its place among the corrections of the fill.';
comment on column utl.fill_corrections.kind is 'bust or amend.';
comment on column utl.fill_corrections.quantity is
'The quantity from now on; null where it stays.';
comment on column utl.fill_corrections.price is 'The price from now on; null where it stays.';
comment on column utl.fill_corrections.fee is 'The fee from now on; null where it stays.';
comment on column utl.fill_corrections.fee_asset is
'The asset of the fee from now on; null where it stays.';
comment on column utl.fill_corrections.executed_at is
'The time of execution from now on; null where it stays.';
comment on column utl.fill_corrections.sequence is
'The order within one time from now on; null where it stays.';
comment on column utl.fill_corrections.reason is 'Why.';
comment on column utl.fill_corrections.source is 'Who said so.';
comment on column utl.fill_corrections.recorded_at is 'When it was inserted here.';
comment on column utl.fill_corrections.fill_id is 'The fill, once it is there.';
