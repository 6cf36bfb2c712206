create or replace function utl_private.record_restatements(
    restatement_id bigint,
    restated_at timestamptz,
    points utl_private.leg[],
    new_legs utl_private.leg[],
    cause text,
    fact_ids bigint[]
)
returns void
language plpgsql
as $record_restatements$
begin
    if cause is null then               -- nobody has seen what it replaced
        delete from utl_private.superseded_entries as s
        where s.restatement_id = record_restatements.restatement_id;
        return;
    end if;
    -- Put together by grouping: joins of three sets of unknown size may be planned as nested loops.
    with parts as (
        select
            p.position_id, p.book_id, p.effective_at, p.position_realized_pnl,
            p.last_effective_at = '-infinity' as is_new, null::bigint as late_fill_id,
            0 as entries
        from unnest(points) as p
        union all
        select n.position_id, null, null, null, null, n.fill_id, 0
        from unnest(new_legs) as n
        where
            (n.effective_at, n.sequence, n.fill_id)
            < (n.last_effective_at, n.last_sequence, n.last_fill_id)
        union all
        select s.position_id, null, null, null, null, null, count(*)
        from utl_private.superseded_entries as s
        where s.restatement_id = record_restatements.restatement_id
        group by s.position_id
    ),

    restated as (
        select
            p.position_id, max(p.book_id) as book_id, max(p.effective_at) as restated_from,
            max(p.position_realized_pnl) as realized_pnl_before, sum(p.entries) as entries,
            coalesce(bool_or(p.is_new), false) as is_new,
            coalesce(
                record_restatements.fact_ids,
                array_agg(p.late_fill_id order by p.late_fill_id)
                filter (where p.late_fill_id is not null),
                '{}'
            ) as fact_ids
        from parts as p
        group by p.position_id
    )

    insert into utl_private.restatements (
        restatement_id, position_id, book_id, recorded_at, restated_from, cause,
        fact_ids, facts, entries_replaced, realized_pnl_before, realized_pnl_after
    )
    select
        record_restatements.restatement_id, r.position_id, r.book_id,
        record_restatements.restated_at, r.restated_from, record_restatements.cause,
        r.fact_ids[:100], cardinality(r.fact_ids), r.entries,
        case when r.is_new then coalesce(c.realized_pnl, 0) else r.realized_pnl_before end,
        a.realized_pnl
    from restated as r
    inner join utl_private.positions as a
        on r.position_id = a.position_id and r.book_id = a.book_id
    left join utl_private.carried_states as c on r.is_new and r.position_id = c.position_id
    where r.entries > 0 or record_restatements.cause not in ('late fill', 'transaction');
end
$record_restatements$;

comment on function utl_private.record_restatements(
    bigint, timestamptz, utl_private.leg[], utl_private.leg[], text, bigint[]
) is
'Keeps what a restatement did to each position: why, from when, by which facts (the first 100 of
them and their number), how many entries it replaced, and realized PnL before and after. Without a
cause it was no restatement: what it replaced was not there to be read yet, and goes.';
