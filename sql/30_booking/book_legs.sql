create or replace function utl_private.book_legs(
    legs refcursor,
    family text,
    booked_at timestamptz default clock_timestamp(),
    cause text default 'fill',
    fact_ids bigint[] default null
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
    _logged utl_private.position_changes[];
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

    states as (
        select
            f.position_id, f.book_id, bool_or(f.is_late) as is_late,
            (array_agg(f::utl_private.outcome) filter (where f.part is null))[1] as last,
            array_agg(f.fill_id) filter (where f.part = 1) as facts
        from folded as f
        group by f.position_id, f.book_id
    ),

    moved as (
        update utl_private.positions as p
        set
            version = p.version + 1, opened_at = (s.last).opened_at,
            last_effective_at = (s.last).effective_at, last_sequence = (s.last).sequence,
            last_fill_id = (s.last).fill_id, quantity = (s.last).quantity_after,
            cost = (s.last).cost_after, realized_pnl = (s.last).realized_pnl_after,
            fees = (s.last).fees_after
        from states as s
        inner join utl_private.positions as o on s.position_id = o.position_id
        where not s.is_late and p.position_id = s.position_id
        returning
            p.last_effective_at, p.position_id, p.version, p.book_id, p.quantity, p.cost,
            p.realized_pnl, p.fees, p.realized_pnl - o.realized_pnl as realized_delta,
            coalesce(book_legs.fact_ids, s.facts) as facts
    ),

    logged as (
        insert into utl_private.position_changes (
            effective_at, position_id, version, book_id, facts, cause,
            quantity, cost, realized_pnl, fees, realized_delta, fact_ids
        )
        select
            m.last_effective_at, m.position_id, m.version, m.book_id,
            coalesce(cardinality(m.facts), 0), book_legs.cause,
            m.quantity, m.cost, m.realized_pnl, m.fees, m.realized_delta,
            coalesce(m.facts[:32], '{}')
        from moved as m
        where book_legs.cause is not null
        returning *
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
        (select array_agg(c::utl_private.open_lots) from lot_changes as c),
        (
            select array_agg(n::utl_private.position_changes)
            from logged as n
            where (select t.notify from utl_private.settings as t) = 'direct'
        )
    into _late, _changes, _logged;
    if _changes is not null then
        perform utl_private.change_lots(_changes);
    end if;
    if _logged is not null then
        perform utl_private.ring(_logged);
    end if;
    return _late;
end
$book_legs$;

comment on function utl_private.book_legs(refcursor, text, timestamptz, text, bigint[]) is
'Folds the legs of one family of methods (average, time, rank) and writes all that comes out:
entries, positions and the stream by one statement, then lots. cause and fact_ids (null: the
fills) are for the stream; without a cause nothing is written to it. A lot''s change is the sum of
the entries that touch it, so that lots and journal cannot disagree. Returns the positions that
were left alone because their legs are late.';
