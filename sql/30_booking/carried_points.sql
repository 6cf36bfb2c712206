create or replace function utl_private.carried_points(
    points utl_private.leg[], changed utl_private.position_terms[]
)
returns utl_private.leg[]
language sql
stable
as $carried_points$
    select array_agg(
        row(
            p.position_id, p.book_id, p.method, p.effective_at, p.sequence, p.fill_id,
            p.quantity, p.amount, p.fee, p.rank, p.position_quantity, p.position_cost,
            case
                when p.last_effective_at = '-infinity' then coalesce(c.realized_pnl, 0)
                else p.position_realized_pnl
            end,
            case
                when p.last_effective_at = '-infinity' then coalesce(c.fees, 0)
                else p.position_fees
            end,
            case
                when p.last_effective_at = '-infinity' or p.position_opened_at < t.starts_at
                    then c.opened_at
                else p.position_opened_at
            end,
            p.last_effective_at, p.last_sequence, p.last_fill_id,
            p.rule, p.lot_id, p.lot_opened_at, p.lot_sequence, p.origin_id,
        p.chosen_quantity, p.place
        )::utl_private.leg
        order by p.ordinality
    )
    from unnest(points) with ordinality as p
    left join unnest(changed) as t on p.position_id = t.position_id
    left join utl_private.carried_states as c on p.position_id = c.position_id
$carried_points$;

comment on function utl_private.carried_points(
    utl_private.leg[], utl_private.position_terms[]
) is
'Points of positions of which some go on after another method: where nothing is before the point,
realized PnL, fees and the run go on from where that ended.';
