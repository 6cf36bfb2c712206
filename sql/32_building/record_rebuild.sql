create or replace function utl_private.record_rebuild(
    restatement_id bigint,
    before utl_private.positions[],
    changed bigint[],
    started_at timestamptz
)
returns void
language sql
as $record_rebuild$
    with differences as (
        select s.position_id, s.effective_at, 1 as replaced
        from utl_private.superseded_entries as s
        where
            s.restatement_id = record_rebuild.restatement_id
            and s.position_id in (select b.position_id from unnest(before) as b)
        union all
        select e.position_id, e.effective_at, 0
        from utl_private.entries as e
        where
            e.position_id in (select b.position_id from unnest(before) as b)
            and e.booked_at >= started_at
    ),

    points as (
        select d.position_id, min(d.effective_at) as restated_from, sum(d.replaced) as replaced
        from differences as d
        group by d.position_id
    )

    insert into utl_private.restatements (
        restatement_id, position_id, book_id, recorded_at, restated_from, cause,
        fact_ids, facts, entries_replaced, realized_pnl_before, realized_pnl_after
    )
    select
        record_rebuild.restatement_id, p.position_id, p.book_id, started_at,
        coalesce(r.restated_from, nullif(p.last_effective_at, '-infinity'), started_at),
        'rebuild', '{}', 0,
        coalesce(r.replaced, 0), coalesce(b.realized_pnl, 0), p.realized_pnl
    from utl_private.positions as p
    left join unnest(before) as b on p.position_id = b.position_id
    left join points as r on p.position_id = r.position_id
    where p.position_id = any(changed)
$record_rebuild$;

comment on function utl_private.record_rebuild(
    bigint, utl_private.positions[], bigint[], timestamptz
) is
'Keeps in utl.restatements what a rebuild changed. Where no entry came back otherwise but the
position, its lots or its fees did, it is said to be restated from its last entry.';
