create or replace function utl_private.write_folded(
    folded utl_private.outcome[], lots utl_private.open_lots[]
)
returns void
language plpgsql
as $write_folded$
declare
    _booked_at timestamptz := clock_timestamp();
    _logged utl_private.position_changes[];
begin
    insert into utl_private.entries (
        position_id, effective_at, sequence, fill_id, booked_at, lot_fill_id, lot_opened_at,
        book_id, part, rank, quantity, amount, fee, realized_pnl,
        quantity_after, cost_after, realized_pnl_after, fees_after, rule
    )
    select
        f.position_id, f.effective_at, f.sequence, f.fill_id, _booked_at, f.lot_fill_id,
        f.lot_opened_at, f.book_id, f.part, nullif(f.rank, 0), f.quantity, f.amount, f.fee,
        f.realized_pnl, f.quantity_after, f.cost_after, f.realized_pnl_after, f.fees_after, f.rule
    from unnest(folded) as f
    where f.part is not null;
    with moved as (
        update utl_private.positions as p
        set
            version = p.version + 1, opened_at = f.opened_at, last_fill_id = f.fill_id,
            last_effective_at = f.effective_at, last_sequence = f.sequence,
            quantity = f.quantity_after, cost = f.cost_after,
            realized_pnl = f.realized_pnl_after, fees = f.fees_after
        from unnest(folded) as f
        where f.part is null and p.position_id = f.position_id
        returning
            p.last_effective_at, p.position_id, p.version, p.book_id, p.quantity, p.cost,
            p.realized_pnl, p.fees, p.last_fill_id
    ),

    logged as (
        insert into utl_private.position_changes (
            effective_at, position_id, version, book_id, facts, cause,
            quantity, cost, realized_pnl, fees, realized_delta, fact_ids
        )
        select
            m.last_effective_at, m.position_id, m.version, m.book_id, 1, 'fill',
            m.quantity, m.cost, m.realized_pnl, m.fees,
            (
                select sum(f.realized_pnl)
                from unnest(folded) as f
                where f.position_id = m.position_id and f.part is not null
            ),
            array[m.last_fill_id]
        from moved as m
        returning *
    )

    select array_agg(l::utl_private.position_changes) into _logged
    from logged as l
    where (select s.notify from utl_private.settings as s) = 'direct';
    if lots is not null then
        perform utl_private.change_lots(lots);
    end if;
    if _logged is not null then
        perform utl_private.ring(_logged);
    end if;
end
$write_folded$;

comment on function utl_private.write_folded(utl_private.outcome[], utl_private.open_lots[]) is
'Writes what a fold of one fill gave: entries, positions and their changes, and lots, as book_legs
does for many.';
