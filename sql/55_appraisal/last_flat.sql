create or replace function utl_private.last_flat(of_position_id bigint, opened_at timestamptz)
returns table (flat_at timestamptz, realized_pnl numeric, fees numeric)
language sql
stable
as $last_flat$
    select f.effective_at, coalesce(f.realized_pnl_after, 0), coalesce(f.fees_after, 0)
    from (select) as always
    left join lateral (
        select e.effective_at, e.realized_pnl_after, e.fees_after
        from (
            select of_position_id as position_id
            union all
            select l.position_id from utl_private.later_positions as l
            where l.later_position_id = of_position_id
        ) as p
        cross join lateral (
            select n.*
            from utl_private.entries as n
            where
                n.position_id = p.position_id
                and n.effective_at <= last_flat.opened_at
                and n.quantity_after = 0
            order by n.effective_at desc, n.sequence desc, n.fill_id desc, n.part desc
            limit 1
        ) as e
        order by e.effective_at desc, e.sequence desc, e.fill_id desc, e.part desc
        limit 1
    ) as f on true
$last_flat$;

comment on function utl_private.last_flat(bigint, timestamptz) is
'When a position that is open was flat for the last time before it was opened, and what it had
realized and paid in fees until then; null, 0 and 0 if it never was. It reads back from the opening,
also into the positions from which it went on by another method.';
