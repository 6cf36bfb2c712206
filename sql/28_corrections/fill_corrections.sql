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
    k.fill_id,
    case
        when
            c.fee <> 0 and o.fee_asset_id is null and k.fill_id is not null
            and not exists (
                select from utl.corrections as n
                where
                    n.account_id = c.account_id and n.venue_fill_id = c.venue_fill_id
                    and n.fee_asset_id is not null
            )
            then 'the fee has no asset and does not count: amend the asset'
        when
            c.price <= 0
            and (
                select i.is_inverse
                from utl_private.instruments as i
                where i.instrument_id = o.instrument_id
            )
            then 'an inverse contract has no such price: it does not count'
    end as problem,
    c.lots
from utl.corrections as c
inner join utl_private.accounts as a on c.account_id = a.account_id
left join utl_private.assets as f on c.fee_asset_id = f.asset_id
left join utl_private.fill_keys as k
    on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id
left join utl.fills as o on k.executed_at = o.executed_at and k.fill_id = o.fill_id;

comment on view utl.fill_corrections is
'The chain of corrections of each fill, in the order in which they count. fill_id is null while the
fill has yet to come.';
comment on column utl.fill_corrections.account is 'The account of the fill.';
comment on column utl.fill_corrections.venue_fill_id is 'The venue''s identity of the fill.';
comment on column utl.fill_corrections.correction_id is
'The correction, in the order of arrival of all facts.';
comment on column utl.fill_corrections.nth is 'Its place among the corrections of the fill.';
comment on column utl.fill_corrections.kind is 'bust, amend or choose.';
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
comment on column utl.fill_corrections.problem is
'What of it does not count, and what to do; null where all of it does.';
comment on column utl.fill_corrections.lots is 'The lots that were chosen, in this order.';
