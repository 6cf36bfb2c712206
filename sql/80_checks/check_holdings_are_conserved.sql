create or replace view utl_private.check_holdings_are_conserved as
with fills as (
    select
        f.book_id, f.account_id, f.instrument_id, f.fee_asset_id, f.fee,
        i.cost_asset_id, i.multiplier, i.kind in ('perpetual', 'future') as is_margined,
        utl_private.signed_quantity(f.side, f.quantity) as quantity,
        utl_private.signed_quantity(f.side, f.quantity) * f.price as notional
    from utl.effective_fills as f
    inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
    union all
    select
        a.book_id, a.account_id, a.instrument_id, a.asset_id, -a.received,
        i.cost_asset_id, i.multiplier, i.kind in ('perpetual', 'future'), a.quantity, a.notional
    from utl_private.archived_flows as a
    inner join utl_private.instruments as i on a.instrument_id = i.instrument_id
),

transactions as (
    select
        t.*, i.cost_asset_id, i.kind in ('perpetual', 'future') as is_margined,
        t.kind in (
            'funding', 'interest', 'rebate', 'dividend', 'fee', 'borrow', 'repay'
        ) as is_money
    from utl.effective_transactions as t
    left join utl_private.instruments as i on t.instrument_id = i.instrument_id
),

realized as (
    select c.book_id, c.costing, p.account_id, p.instrument_id, sum(e.realized_pnl) as quantity
    from utl_private.entries as e
    inner join utl_private.positions as p on e.position_id = p.position_id
    inner join utl_private.costings as c
        on p.book_id = c.book_id and p.costing_id = c.costing_id
    group by c.book_id, c.costing, p.account_id, p.instrument_id
),

moves as (
    select f.book_id, f.account_id, f.instrument_id, null::integer as asset_id, f.quantity
    from fills as f
    union all
    select
        f.book_id, f.account_id, null, f.cost_asset_id, -f.notional * f.multiplier
    from fills as f
    where not f.is_margined
    union all
    select f.book_id, f.account_id, null, f.fee_asset_id, -f.fee
    from fills as f
    where f.fee <> 0
    union all
    select
        t.book_id, t.account_id,
        case when not t.is_money then t.instrument_id end,
        case when t.is_money or t.instrument_id is null then t.asset_id end,
        t.quantity
    from transactions as t
    where t.kind not in ('split', 'spin_off')
    union all
    select
        t.to_book_id, t.to_account_id, t.to_instrument_id,
        case when t.to_instrument_id is null then t.asset_id end,
        t.to_quantity
    from transactions as t
    where t.to_quantity <> 0
    union all
    select
        t.book_id, t.account_id, null, t.cost_asset_id,
        case t.kind
            when 'conversion' then -t.amount else -sign(t.quantity) * t.amount
        end
    from transactions as t
    where
        t.kind in ('conversion', 'cash_in_lieu')
        or (t.kind = 'expiry' and not t.is_margined)
    union all
    select t.book_id, t.account_id, null, t.fee_asset_id, -t.fee
    from transactions as t
    where t.fee <> 0 and t.kind <> 'transfer'
    union all
    select s.book_id, s.account_id, s.instrument_id, null, s.quantity
    from utl_private.split_moves(null, 'infinity') as s
    union all
    select
        m.book_id, m.account_id, null, i.cost_asset_id,
        case when m.realized_pnl is null then 'NaN' else r.quantity end
    from utl_private.margin_results(null, 'infinity') as m
    inner join utl_private.instruments as i on m.instrument_id = i.instrument_id
    left join realized as r
        on
            m.book_id = r.book_id
            and m.costing = r.costing
            and m.pool_account_id = r.account_id
            and m.instrument_id = r.instrument_id
),

held as (
    select
        m.book_id, coalesce(m.account_id, 0) as account_id,
        case
            when i.kind in ('spot', 'equity', 'fx') then i.base_asset_id
            else coalesce(m.asset_id, 0)
        end as asset_id,
        case
            when i.kind in ('perpetual', 'future', 'option') then i.instrument_id else 0
        end as instrument_id,
        m.quantity
    from moves as m
    left join utl_private.instruments as i on m.instrument_id = i.instrument_id
),

conserved as (
    select h.book_id, h.account_id, h.asset_id, h.instrument_id, sum(h.quantity) as quantity
    from held as h
    group by h.book_id, h.account_id, h.asset_id, h.instrument_id
),

shown as (
    select
        h.book_id, coalesce(h.account_id, 0) as account_id, coalesce(h.asset_id, 0) as asset_id,
        coalesce(h.instrument_id, 0) as instrument_id, coalesce(h.quantity, 'NaN') as quantity
    from utl_private.holding_lines(null, 'infinity') as h
)

select
    coalesce(c.book_id, s.book_id) as book_id,
    coalesce(c.account_id, s.account_id) as account_id,
    coalesce(c.asset_id, s.asset_id) as asset_id,
    coalesce(c.instrument_id, s.instrument_id) as instrument_id,
    c.quantity as quantity_of_facts,
    s.quantity
from conserved as c
full join shown as s
    on
        c.book_id = s.book_id
        and c.account_id = s.account_id
        and c.asset_id = s.asset_id
        and c.instrument_id = s.instrument_id
where coalesce(c.quantity, 0) <> coalesce(s.quantity, 0);

comment on view utl_private.check_holdings_are_conserved is
'What every account holds of every asset and contract is what its fills and transactions add up to';
