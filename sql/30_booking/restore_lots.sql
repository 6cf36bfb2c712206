create or replace function utl_private.restore_lots(
    restatement_id bigint
)
returns void
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $restore_lots$
begin
    with changes as materialized (
        select
            s.position_id, s.book_id,
            coalesce(s.lot_fill_id, s.fill_id) as fill_id,
            coalesce(s.lot_opened_at, s.effective_at) as opened_at,
            bool_or(utl_private.opens_lot(
                s.lot_fill_id, s.rule, s.quantity, s.quantity_after
            )) as was_opened,
            -sum(s.quantity) as quantity,
            -sum(s.amount + s.realized_pnl) as cost
        from utl_private.superseded_entries as s
        where s.restatement_id = restore_lots.restatement_id
        group by 1, 2, 3, 4
    ),

    unopened as (
        delete from utl_private.open_lots as o
        using changes as c
        where
            c.was_opened
            and o.position_id = c.position_id and o.fill_id = c.fill_id and o.book_id = c.book_id
    )

    insert into utl_private.open_lots as l (
        position_id, opened_at, sequence, fill_id, book_id, rank, quantity, cost
    )
    select
        c.position_id, c.opened_at, o.sequence, c.fill_id, c.book_id,
        coalesce(o.rank, 0), c.quantity, c.cost
    from changes as c
    cross join lateral (
        select e.sequence, e.rank
        from utl_private.entries as e
        where
            e.position_id = c.position_id
            and e.effective_at = c.opened_at
            and e.fill_id = c.fill_id
            and e.lot_fill_id is null
        union all
        select k.sequence, k.rank
        from utl_private.carried_lots as k
        where
            k.position_id = c.position_id and k.fill_id = c.fill_id and k.book_id = c.book_id
            and k.sequence is not null
        limit 1
    ) as o
    where not c.was_opened
    on conflict on constraint open_lots_pkey do update
    set quantity = l.quantity + excluded.quantity, cost = l.cost + excluded.cost;
end
$restore_lots$;

comment on function utl_private.restore_lots(bigint) is
'Puts the open lots back to where they stood at each point of a restatement: lots that superseded
entries opened go, and what superseded entries closed of older lots comes back, to the last digit.';
