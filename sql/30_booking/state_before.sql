create or replace function utl_private.state_before(point utl_private.leg)
returns table (
    quantity numeric, cost numeric, realized_pnl numeric, fees numeric, opened_at timestamptz,
    effective_at timestamptz, sequence bigint, fill_id bigint
)
language sql
stable
as $state_before$
    with last_entry as (
        select e.*
        from utl_private.entries as e
        where
            e.position_id = point.position_id
            and e.effective_at <= point.effective_at
            and (e.effective_at, e.sequence, e.fill_id)
            < (point.effective_at, point.sequence, point.fill_id)
        order by e.effective_at desc, e.sequence desc, e.fill_id desc, e.part desc
        limit 1
    ),

    opening as (
        select e.effective_at
        from last_entry as l
        inner join utl_private.entries as e on l.position_id = e.position_id
        where
            l.quantity_after <> 0
            and e.effective_at <= l.effective_at
            and e.quantity = e.quantity_after
            and (e.effective_at, e.sequence, e.fill_id)
            < (point.effective_at, point.sequence, point.fill_id)
        order by e.effective_at desc
        limit 1
    )

    select
        coalesce(l.quantity_after, 0),
        coalesce(l.cost_after, 0),
        coalesce(l.realized_pnl_after, c.realized_pnl, 0),
        coalesce(l.fees_after, c.fees, 0),
        case
            when l.fill_id is null or o.effective_at < c.starts_at then c.opened_at
            when point.position_opened_at < point.effective_at then point.position_opened_at
            else o.effective_at
        end,
        coalesce(l.effective_at, '-infinity'),
        coalesce(l.sequence, 0),
        coalesce(l.fill_id, 0)
    from (select) as one
    left join last_entry as l on true
    left join opening as o on true
    left join utl_private.carried_states as c on c.position_id = point.position_id
$state_before$;

comment on function utl_private.state_before(utl_private.leg) is
'Quantity, cost, realized PnL and fees of a position just before a point in its order, with the key
of its last entry there, and when the run it is in was opened: the run that is open now, if it
already was then, else the last entry before the point that started from flat. A position that goes
on after another method starts from where that ended.';
