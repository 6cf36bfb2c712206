create or replace view utl_private.check_costings_agree as
with positions as (
    select
        u.book_id, u.instrument_id, u.costing, u.position_id, u.quantity,
        u.net_pnl - u.cost as result
    from utl.unit_costs as u
    where                               -- of a fee in inverse contracts some think otherwise
        not exists (
            select
            from utl.transactions as t
            inner join utl_private.instruments as i
                on t.instrument_id = i.instrument_id and i.is_inverse
            where
                t.kind = 'network_fee'
                and t.book_id = u.book_id and t.instrument_id = u.instrument_id
        )
),

-- What leaves or arrives at its cost, which differs by costing: it brings no profit by any.
at_cost as (
    select
        p.book_id, p.instrument_id, c.costing,
        sum(e.amount + case c.fees when 'expense' then e.fee else 0 end) as result
    from utl_private.entries as e
    inner join utl_private.positions as p on e.position_id = p.position_id
    inner join utl_private.costings as c
        on p.book_id = c.book_id and p.costing_id = c.costing_id
    inner join utl_private.costed_transactions as t
        on
            e.fill_id = t.transaction_id
            and p.instrument_id in (t.instrument_id, t.to_instrument_id)
    where
        e.effective_at >= c.starts_at
        and (
            e.rule in ('expense', 'move', 'spin off')
            or (e.rule = 'arrive' and t.kind in ('transfer', 'conversion', 'spin_off'))
            or (e.rule in ('given', 'arrive') and t.amount is null)
        )
    group by p.book_id, p.instrument_id, c.costing
),

-- A split by a ratio that does not divide rounds each lot apart, to 18 places, so that quantities
-- differ by as many of the last of these as there are lots.
rounded as (
    select p.book_id, p.instrument_id, 0.000000000001 as up_to
    from utl_private.entries as e
    inner join utl_private.positions as p on e.position_id = p.position_id
    where e.rule = 'split'
    group by p.book_id, p.instrument_id
),

costings as (
    select
        p.book_id, p.instrument_id, p.costing, sum(p.quantity) as quantity,
        sum(p.result) + coalesce(min(a.result), 0) as result
    from positions as p
    left join at_cost as a
        on
            p.book_id = a.book_id
            and p.instrument_id = a.instrument_id
            and p.costing = a.costing
    group by p.book_id, p.instrument_id, p.costing
)

select
    c.book_id, c.instrument_id,
    array_agg(c.costing order by c.costing) as costings,
    array_agg(c.quantity order by c.costing) as quantities,
    array_agg(c.result order by c.costing) as results
from costings as c
left join rounded as r on c.book_id = r.book_id and c.instrument_id = r.instrument_id
group by c.book_id, c.instrument_id, r.up_to
having
    max(c.quantity) - min(c.quantity) > coalesce(r.up_to, 0)
    or min(c.result) <> max(c.result);

comment on view utl_private.check_costings_agree is
'All costings of a book agree on quantity and on realized + unrealized PnL + fees';
