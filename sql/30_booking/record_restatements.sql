create or replace function utl_private.record_restatements(
    restatement_id bigint,
    points utl_private.leg[],
    new_legs utl_private.leg[],
    cause text,
    fact_ids bigint[]
)
returns void
language sql
as $record_restatements$
    with late as (
        select n.position_id, array_agg(n.fill_id order by n.fill_id) as fill_ids
        from unnest(new_legs) as n
        where
            (n.effective_at, n.sequence, n.fill_id)
            < (n.last_effective_at, n.last_sequence, n.last_fill_id)
        group by n.position_id
    )

    insert into utl_private.restatements (
        restatement_id, position_id, book_id, recorded_at, restated_from, cause,
        fact_ids, facts, entries_replaced, realized_pnl_before, realized_pnl_after
    )
    select
        record_restatements.restatement_id, p.position_id, p.book_id, clock_timestamp(),
        p.effective_at, record_restatements.cause,
        (coalesce(record_restatements.fact_ids, l.fill_ids, '{}'))[:100],
        cardinality(coalesce(record_restatements.fact_ids, l.fill_ids, '{}')),
        r.entries,
        case
            when p.last_effective_at = '-infinity' then coalesce(c.realized_pnl, 0)
            else p.position_realized_pnl
        end,
        a.realized_pnl
    from unnest(points) as p
    inner join utl_private.positions as a
        on p.position_id = a.position_id and p.book_id = a.book_id
    left join late as l on p.position_id = l.position_id
    left join utl_private.carried_states as c on p.position_id = c.position_id
    cross join lateral (
        select count(*) as entries
        from utl_private.superseded_entries as s
        where
            s.position_id = p.position_id
            and s.restatement_id = record_restatements.restatement_id
    ) as r
    where r.entries > 0
$record_restatements$;

comment on function utl_private.record_restatements(
    bigint, utl_private.leg[], utl_private.leg[], text, bigint[]
) is
'Keeps what a restatement did to each position: why, from when, by which facts (the first 100 of
them and their number), how many entries it replaced, and realized PnL before and after.';
