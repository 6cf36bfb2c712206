create or replace function utl_private.rebook_fills(
    before utl.fills[], after utl.fills[], cause text, fact_ids bigint[]
)
returns void
language plpgsql
as $rebook_fills$
declare
    _held utl_private.position_terms[];
    _family text;
    _legs refcursor;
begin
    if before is null and after is null then    -- busted fills that are busted again
        return;
    end if;
    _held := utl_private.lock_positions(utl_private.touched_by(before, after));
    foreach _family in array array['average', 'time', 'rank'] loop
        open _legs no scroll for
            with moves as (
                select b as fill, 0 as share from unnest(before) as b
                union all
                select a, 1 from unnest(after) as a
            )

            select
                l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
                l.quantity * m.share, l.amount * m.share, l.fee * m.share, l.rank,
                l.position_quantity, l.position_cost, l.position_realized_pnl, l.position_fees,
                l.position_opened_at, l.last_effective_at, l.last_sequence, l.last_fill_id
            from moves as m
            inner join unnest(_held) as h
                on
                    (m.fill).book_id = h.book_id
                    and (m.fill).instrument_id = h.instrument_id
                    and h.account_id in (0, (m.fill).account_id)
            cross join lateral utl_private.fill_leg(m.fill, h) as l
            where h.family = _family
            order by l.position_id, l.effective_at, l.sequence, l.fill_id, m.share;
        perform utl_private.restate(_legs, _family, cause, fact_ids);
        close _legs;
    end loop;
end
$rebook_fills$;

comment on function utl_private.rebook_fills(utl.fills[], utl.fills[], text, bigint[]) is
'Takes back fills as they were booked before, and books them as they are to count after; one that is
only in before goes. Each position is restated once, from the earliest place concerned.';
