create or replace function utl_private.require_chosen(
    corrected utl.fills[], correction_ids bigint[]
)
returns void
language sql
as $require_chosen$
    select utl_private.require_closed(
        'fill', f.fill_id, f.book_id, f.account_id, f.instrument_id,
        array[f.executed_at, f.recorded_at], c.lots
    )
    from unnest(corrected) as f
    inner join utl.corrections as c
        on f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
    where c.correction_id = any(correction_ids) and c.kind = 'choose'
$require_chosen$;

comment on function utl_private.require_chosen(utl.fills[], bigint[]) is
'Raises 23U08 for a fill that could not close the lots that were chosen for it in any costing of
its book. Of a choice that came before its fill, or that does not hold any more after a later
correction, the rest closes by the order of the costing.';
