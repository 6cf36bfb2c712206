create or replace view utl_private.position_terms as
select
    p.position_id,
    p.book_id,
    p.costing_id,
    p.account_id,
    p.instrument_id,
    t.method,
    case
        when t.family = 'deferred' then t.family
        else utl_private.family_of(t.method, p.has_transactions)
    end as family,
    t.capitalizes_fees,
    t.ranks_with_fees,
    t.by_arrival,
    t.multiplier,
    t.is_inverse,
    t.cost_asset_id,
    p.quantity,
    p.cost,
    p.realized_pnl,
    p.fees,
    p.opened_at,
    p.last_effective_at,
    p.last_sequence,
    p.last_fill_id,
    '-infinity'::timestamptz as closed_up_to,
    t.starts_at,
    t.ends_at,
    t.coin_asset_id,
    p.has_transactions
from utl_private.positions as p
inner join utl_private.booking_terms as t
    on
        p.book_id = t.book_id
        and p.costing_id = t.costing_id
        and p.instrument_id = t.instrument_id;

comment on view utl_private.position_terms is
'Each position with the terms on which it is booked and the state it is in. account_id is 0 where
the whole book is one pool. closed_up_to says from when on facts are booked at their own time:
lock_positions sets it for new facts; what is booked already has its place.';
