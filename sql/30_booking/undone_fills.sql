create or replace function utl_private.undone_fills(
    restatement_id bigint, held utl_private.position_terms[]
)
returns setof utl_private.leg
language sql
stable
as $undone_fills$
    with undone as (
        select
            h as held, u.position_id, u.effective_at, u.sequence, u.fill_id,
            u.quantity, u.amount, u.fee, u.rank
        from utl_private.undone_legs(undone_fills.restatement_id) as u
        inner join unnest(held) as h on u.position_id = h.position_id
        where
            -- Before its start is what it carried over, and that may be gone.
            u.effective_at >= h.starts_at and u.effective_at < h.ends_at
            and (
                h.method in ('hifo', 'lofo')
                or exists (
                    select from utl_private.chosen_lots as c
                    where c.fill_id = u.fill_id and c.instrument_id = h.instrument_id
                )
            )
    )

    select
        u.position_id, (u.held).book_id, (u.held).method, u.effective_at, u.sequence, u.fill_id,
        u.quantity, u.amount, u.fee,
        coalesce(l.rank, u.rank),
        (u.held).quantity, (u.held).cost, (u.held).realized_pnl, (u.held).fees, (u.held).opened_at,
        (u.held).last_effective_at, (u.held).last_sequence, (u.held).last_fill_id,
        null::text, null::bigint, null::timestamptz, null::bigint, null::bigint,
        null::numeric, 1
    from undone as u
    left join utl_private.costed_fills as f
        on
            (u.held).method in ('hifo', 'lofo')
            and u.effective_at = f.executed_at and u.fill_id = f.fill_id
            and (u.held).instrument_id = f.instrument_id
    left join lateral utl_private.fill_leg(row(f.*)::utl.fills, u.held) as l
        on f.fill_id is not null
$undone_fills$;

comment on function utl_private.undone_fills(bigint, utl_private.position_terms[]) is
'Those of the fills that a restatement superseded whose legs may be others now: they rank by a price
that splits have a say in, or have chosen their lots.';
