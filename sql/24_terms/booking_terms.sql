-- Terms: how each costing books each instrument. A fill becomes one leg for each costing of its
-- book, and what that leg is depends on the costing's method, pool, fees and order, and on the
-- instrument's multiplier, direction and cost currency. Booking reads it here and nowhere else.

create or replace view utl_private.booking_terms as
select
    c.book_id,
    c.costing_id,
    c.method,
    case
        when not c.is_built then 'deferred'
        else utl_private.family_of(c.method, false)
    end as family,
    c.pool = 'account' as by_account,
    c.fees = 'capitalize' as capitalizes_fees,
    c.rank_by = 'unit_cost' as ranks_with_fees,
    c.booking_order = 'arrival' as by_arrival,
    i.instrument_id,
    i.multiplier,
    i.is_inverse,
    i.cost_asset_id,
    b.closed_up_to,
    c.starts_at,
    c.ends_at,
    case when i.kind = 'spot' then i.base_asset_id end as coin_asset_id,
    c.basis
from utl_private.costings as c
inner join utl_private.books as b on c.book_id = b.book_id
inner join utl_private.instruments as i
    on case
        when i.instrument_id < 0
            then c.basis = 'asset' and b.reporting_asset_id = i.cost_asset_id
        else c.basis = 'instrument' or i.kind in ('perpetual', 'future', 'option')
    end;

comment on view utl_private.booking_terms is
'How each costing books each instrument: all that turns a fill into a leg. family says which fold
computes it; legs of a costing that is being built are deferred. Only facts from starts_at until,
not with, ends_at are booked in it. A fee in coin_asset_id
is taken out of what is traded. A costing of basis asset books inventories in the reporting currency
of its book, whose ids are negative, instead of what is owned outright.';
