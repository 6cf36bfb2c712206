create or replace function utl_private.supersede_entries(
    restatement_id bigint, points utl_private.leg[], superseded_at timestamptz
)
returns void
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $supersede_entries$
declare
    -- Known before the statement starts, so that it opens no partition of the time before.
    _earliest timestamptz := (select min(p.effective_at) from unnest(points) as p);
begin
    with undone as (
        delete from utl_private.entries as e
        using unnest(points) as p
        where
            e.position_id = p.position_id
            and e.book_id = p.book_id
            and e.effective_at >= _earliest
            and e.effective_at >= p.effective_at
            and (e.effective_at, e.sequence, e.fill_id)
            >= (p.effective_at, p.sequence, p.fill_id)
        returning e.*
    )

    insert into utl_private.superseded_entries (
        position_id, effective_at, sequence, fill_id, booked_at, lot_fill_id, lot_opened_at,
        book_id, part, rank, quantity, amount, fee, realized_pnl,
        quantity_after, cost_after, realized_pnl_after, fees_after, rule,
        restatement_id, believed_until
    )
    select
        u.position_id, u.effective_at, u.sequence, u.fill_id, u.booked_at, u.lot_fill_id,
        u.lot_opened_at, u.book_id, u.part, u.rank, u.quantity, u.amount, u.fee, u.realized_pnl,
        u.quantity_after, u.cost_after, u.realized_pnl_after, u.fees_after, u.rule,
        supersede_entries.restatement_id,
        supersede_entries.superseded_at
    from undone as u;
end
$supersede_entries$;

comment on function utl_private.supersede_entries(
    bigint, utl_private.leg[], timestamptz
) is
'Takes the entries from each point on out of the journal and keeps them with the time at which they
stopped being believed.';
