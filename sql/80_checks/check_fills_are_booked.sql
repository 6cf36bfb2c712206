create or replace view utl_private.check_fills_are_booked as
with facts as (
    select
        f.fill_id, f.book_id, t.costing_id, f.instrument_id,
        case when t.by_account then f.account_id else 0 end as account_id,
        utl_private.signed_quantity(f.side, f.quantity)
        - utl_private.coin_fee(row(f.*)::utl.fills, t.coin_asset_id) as quantity
    from utl_private.costed_fills as f
    inner join utl_private.booking_terms as t
        on f.book_id = t.book_id and f.instrument_id = t.instrument_id
    where
        t.family <> 'deferred'
        and (
            t.by_arrival
            or (f.executed_at >= t.starts_at and f.executed_at < t.ends_at)
        )
),

booked as (
    select e.fill_id, e.position_id, sum(e.quantity) as quantity
    from utl_private.entries as e
    inner join utl_private.position_terms as t on e.position_id = t.position_id
    where
        t.family <> 'deferred' and e.effective_at >= t.starts_at
        and (e.rule is null or e.rule = 'choose')
        and (
            t.instrument_id < 0         -- what archived fills did to inventories is there
            or e.fill_id not in (
                select k.fill_id from utl_private.fill_keys as k
                where
                    k.executed_at < utl_private.archived_up_to()
                    and k.fill_id not in (
                        select p.fill_id from utl_private.prior_period_bookings as p
                    )
            )
        )
    group by e.fill_id, e.position_id
)

select
    coalesce(f.fill_id, b.fill_id) as fill_id,
    f.costing_id,
    b.position_id,
    f.quantity,
    b.quantity as booked_quantity
from facts as f
left join utl_private.positions as p
    on
        f.book_id = p.book_id and f.costing_id = p.costing_id
        and f.account_id = p.account_id and f.instrument_id = p.instrument_id
full join booked as b on f.fill_id = b.fill_id and p.position_id = b.position_id
where f.quantity is distinct from b.quantity;

comment on view utl_private.check_fills_are_booked is
'Every fill that is not archived is booked, whole and once, in every costing of its book';
