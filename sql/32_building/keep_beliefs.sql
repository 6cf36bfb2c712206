create or replace function utl_private.keep_beliefs(
    restatement_id bigint, positions utl_private.positions[]
)
returns void
language plpgsql
set enable_nestloop = off
as $keep_beliefs$
begin
    with same as (
        update utl_private.entries as e set booked_at = s.booked_at
        from utl_private.superseded_entries as s
        where
            s.restatement_id = keep_beliefs.restatement_id
            and s.position_id in (select p.position_id from unnest(positions) as p)
            and e.position_id = s.position_id
            and e.effective_at = s.effective_at
            and (e.sequence, e.fill_id, e.part) = (s.sequence, s.fill_id, s.part)
            and (
                e.lot_fill_id, e.lot_opened_at, e.rank, e.quantity, e.amount, e.fee,
                e.realized_pnl, e.quantity_after, e.cost_after, e.realized_pnl_after, e.fees_after
            ) is not distinct from (
                s.lot_fill_id, s.lot_opened_at, s.rank, s.quantity, s.amount, s.fee,
                s.realized_pnl, s.quantity_after, s.cost_after, s.realized_pnl_after, s.fees_after
            )
        returning e.position_id, e.effective_at, e.sequence, e.fill_id, e.part
    )

    delete from utl_private.superseded_entries as s
    using same as k
    where
        s.restatement_id = keep_beliefs.restatement_id
        and s.position_id = k.position_id
        and s.effective_at = k.effective_at
        and (s.sequence, s.fill_id, s.part) = (k.sequence, k.fill_id, k.part);
end
$keep_beliefs$;

comment on function utl_private.keep_beliefs(bigint, utl_private.positions[]) is
'Entries that came back as they were are believed since when they were, and were never superseded.';
