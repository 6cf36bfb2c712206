create or replace function utl_private.book_legs(
    legs refcursor, family text, booked_at timestamptz default clock_timestamp()
)
returns bigint[]
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $book_legs$
declare
    _changes utl_private.open_lots[];
    _late bigint[];
begin
    with folded as materialized (
        select f.* from utl_private.fold(legs, family) as f
    ),

    journal as (
        insert into utl_private.entries (
            position_id, effective_at, sequence, fill_id, booked_at, lot_fill_id, lot_opened_at,
            book_id, part, rank, quantity, amount, fee, realized_pnl,
            quantity_after, cost_after, realized_pnl_after, fees_after, rule
        )
        select
            f.position_id, f.effective_at, f.sequence, f.fill_id, booked_at, f.lot_fill_id,
            f.lot_opened_at, f.book_id, f.part, nullif(f.rank, 0), f.quantity, f.amount, f.fee,
            f.realized_pnl, f.quantity_after, f.cost_after, f.realized_pnl_after, f.fees_after,
            f.rule
        from folded as f
        where f.part is not null
    ),

    moved as (
        update utl_private.positions as p
        set
            version = p.version + 1, opened_at = f.opened_at, last_fill_id = f.fill_id,
            last_effective_at = f.effective_at, last_sequence = f.sequence, cost = f.cost_after,
            quantity = f.quantity_after, realized_pnl = f.realized_pnl_after, fees = f.fees_after
        from folded as f
        where
            f.part is null and not f.is_late
            and p.position_id = f.position_id and p.book_id = f.book_id
    ),

    lot_changes as (
        select
            f.position_id, max(f.rank) filter (where o.opens) as rank,
            coalesce(f.lot_opened_at, f.effective_at) as opened_at,
            max(coalesce(f.lot_sequence, f.sequence)) filter (where o.opens) as sequence,
            coalesce(f.lot_fill_id, f.fill_id) as fill_id, f.book_id,
            sum(f.quantity) as quantity, sum(f.amount + f.realized_pnl) as cost
        from folded as f
        cross join lateral (
            select utl_private.opens_lot(f.lot_fill_id, f.rule, f.quantity, f.quantity_after)
        ) as o (opens)
        where f.part is not null and family <> 'average'
        group by f.position_id, f.book_id, 3, 5
        having sum(f.quantity) <> 0 or sum(f.amount + f.realized_pnl) <> 0
    )

    select
        (select array_agg(f.position_id) from folded as f where f.is_late),
        (select array_agg(c::utl_private.open_lots) from lot_changes as c)
    into _late, _changes;
    if _changes is not null then
        perform utl_private.change_lots(_changes);
    end if;
    return _late;
end
$book_legs$;

comment on function utl_private.book_legs(refcursor, text, timestamptz) is
'Folds the legs of one family of methods (average, time, rank) and writes all that comes out:
entries and positions by one statement, then lots. A lot''s change is the sum of the entries that
touch it, so that lots and journal cannot disagree. Returns the positions that were left alone
because their legs are late.';
