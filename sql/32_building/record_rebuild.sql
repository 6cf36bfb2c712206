create or replace function utl_private.record_rebuild(
    restatement_id bigint, before utl_private.positions[], started_at timestamptz
)
returns setof bigint
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

    changed as (
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
        c.restated_from, 'rebuild', '{}', 0, c.replaced, b.realized_pnl, p.realized_pnl
    from changed as c
    inner join unnest(before) as b on c.position_id = b.position_id
    inner join utl_private.positions as p on c.position_id = p.position_id
    returning position_id
$record_rebuild$;

comment on function utl_private.record_rebuild(
    bigint, utl_private.positions[], timestamptz
) is
'Keeps in utl.restatements which positions a rebuild changed, and returns their ids.';
