create or replace function utl_private.book_legs(legs refcursor, family text)
returns bigint[]
language plpgsql
as $book_legs$
declare
    _booked_at timestamptz := clock_timestamp();
    _late bigint[];
begin
    with folded as materialized (
        select f.* from utl_private.fold(legs, family) as f
    ),

    journal as (
        insert into utl_private.entries (
            position_id, effective_at, sequence, fill_id, booked_at, lot_fill_id, lot_opened_at,
            book_id, part, quantity, amount, fee, realized_pnl,
            quantity_after, cost_after, realized_pnl_after, fees_after
        )
        select
            f.position_id, f.effective_at, f.sequence, f.fill_id, _booked_at, f.lot_fill_id,
            f.lot_opened_at, f.book_id, f.part, f.quantity, f.amount, f.fee, f.realized_pnl,
            f.quantity_after, f.cost_after, f.realized_pnl_after, f.fees_after
        from folded as f
        where f.part is not null
    ),

    lot_changes as materialized (
        select
            f.position_id,
            f.book_id,
            coalesce(f.lot_fill_id, f.fill_id) as fill_id,
            coalesce(f.lot_opened_at, f.effective_at) as opened_at,
            max(f.sequence) filter (where f.lot_fill_id is null) as sequence,
            max(f.rank) filter (where f.lot_fill_id is null) as rank,
            sum(f.quantity) as quantity,
            sum(f.amount + f.realized_pnl) as cost
        from folded as f
        where f.part is not null and family <> 'average'
        group by 1, 2, 3, 4
        having sum(f.quantity) <> 0
    ),

    opened as (
        insert into utl_private.open_lots (
            position_id, opened_at, sequence, fill_id, book_id, rank, quantity, cost
        )
        select
            c.position_id, c.opened_at, c.sequence, c.fill_id, c.book_id, c.rank, c.quantity, c.cost
        from lot_changes as c
        where c.sequence is not null
    ),

    used_up as (
        delete from utl_private.open_lots as o
        using lot_changes as c
        where
            c.sequence is null
            and o.position_id = c.position_id and o.fill_id = c.fill_id and o.book_id = c.book_id
            and o.quantity + c.quantity = 0
    ),

    reduced as (
        update utl_private.open_lots as o
        set quantity = o.quantity + c.quantity, cost = o.cost + c.cost
        from lot_changes as c
        where
            c.sequence is null
            and o.position_id = c.position_id and o.fill_id = c.fill_id and o.book_id = c.book_id
            and o.quantity + c.quantity <> 0
    ),

    moved as (
        update utl_private.positions as p
        set
            version = p.version + 1,
            opened_at = f.opened_at,
            last_effective_at = f.effective_at,
            last_sequence = f.sequence,
            last_fill_id = f.fill_id,
            quantity = f.quantity_after,
            cost = f.cost_after,
            realized_pnl = f.realized_pnl_after,
            fees = f.fees_after
        from folded as f
        where
            f.part is null and not f.is_late
            and p.position_id = f.position_id and p.book_id = f.book_id
    )

    select array_agg(f.position_id) into _late from folded as f where f.is_late;
    return _late;
end
$book_legs$;

comment on function utl_private.book_legs(refcursor, text) is
'Folds the legs of one family of methods (average, time, rank) and writes all that comes out: entries,
lots and positions, in one statement. A lot''s change is the sum of the entries that touch it, so
that lots and journal cannot disagree. Returns the positions that were left alone because their legs
are late.';
