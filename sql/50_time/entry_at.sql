create or replace function utl_private.entry_at(
    position_id bigint, as_of timestamptz, as_known timestamptz
)
returns setof utl_private.entries
language sql
stable
as $entry_at$
    with believed_still as (
        select e.*
        from utl_private.entries as e
        where
            e.position_id = entry_at.position_id
            and e.effective_at <= as_of
            and e.booked_at <= as_known
        order by e.effective_at desc, e.sequence desc, e.fill_id desc, e.part desc
        limit 1
    ),

    believed_then as (
        select s.*
        from utl_private.superseded_entries as s
        where
            as_known < 'infinity'
            and s.position_id = entry_at.position_id
            and s.effective_at <= as_of
            and s.booked_at <= as_known
            and s.believed_until > as_known
        order by s.effective_at desc, s.sequence desc, s.fill_id desc, s.part desc
        limit 1
    ),

    candidates as (
        select b.* from believed_still as b
        union all
        select
            t.position_id, t.effective_at, t.sequence, t.fill_id, t.booked_at, t.lot_fill_id,
            t.lot_opened_at, t.book_id, t.part, t.rank, t.quantity, t.amount, t.fee,
            t.realized_pnl, t.quantity_after, t.cost_after, t.realized_pnl_after,
            t.fees_after, t.rule
        from believed_then as t
    )

    select c.*
    from candidates as c
    order by c.effective_at desc, c.sequence desc, c.fill_id desc, c.part desc
    limit 1
$entry_at$;

comment on function utl_private.entry_at(bigint, timestamptz, timestamptz) is
'The last entry of a position up to a time (as_of), as it was believed at a moment (as_known); none
if there was none. Read from the end of an index: it costs the same however long the history is.';
