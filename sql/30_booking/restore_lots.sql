create or replace function utl_private.restore_lots(
    restatement_id bigint, points utl_private.leg[]
)
returns void
language sql
as $restore_lots$
    with undone as materialized (
        select s.*
        from utl_private.superseded_entries as s
        inner join unnest(points) as p on s.position_id = p.position_id
        where s.restatement_id = restore_lots.restatement_id
    ),

    unopened as (
        delete from utl_private.open_lots as o
        using undone as u
        where
            u.lot_fill_id is null
            and o.position_id = u.position_id and o.fill_id = u.fill_id and o.book_id = u.book_id
    ),

    unclosed as (
        select
            c.position_id, c.book_id, c.lot_fill_id, c.lot_opened_at,
            -sum(c.quantity) as quantity,
            -sum(c.amount + c.realized_pnl) as cost
        from undone as c
        where
            c.lot_fill_id is not null
            and not exists (
                select from undone as o
                where
                    o.position_id = c.position_id and o.fill_id = c.lot_fill_id
                    and o.lot_fill_id is null
            )
        group by 1, 2, 3, 4
    )

    insert into utl_private.open_lots as l (
        position_id, opened_at, sequence, fill_id, book_id, rank, quantity, cost
    )
    select
        c.position_id, c.lot_opened_at, o.sequence, c.lot_fill_id, c.book_id,
        coalesce(o.rank, 0), c.quantity, c.cost
    from unclosed as c
    inner join utl_private.entries as o
        on
            c.position_id = o.position_id and c.lot_opened_at = o.effective_at
            and c.lot_fill_id = o.fill_id
    where o.lot_fill_id is null
    on conflict on constraint open_lots_pkey do update
    set quantity = l.quantity + excluded.quantity, cost = l.cost + excluded.cost
$restore_lots$;

comment on function utl_private.restore_lots(bigint, utl_private.leg[]) is
'Puts the open lots back to where they stood at each point: lots that superseded entries opened go,
and what superseded entries closed of older lots comes back, to the last digit.';
