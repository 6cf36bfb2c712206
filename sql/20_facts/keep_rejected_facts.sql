create or replace function utl_private.keep_rejected_facts(
    kind text,
    incoming utl_private.incoming_fact[],
    checked utl_private.checked_fact[]
)
returns void
language plpgsql
set enable_nestloop = off               -- the planner takes every array to be a short one
as $keep_rejected_facts$
begin
    insert into utl_private.rejected_fills as k (
        source, line, raw, part, fact, content, sqlstate, reason
    )
    select distinct on (i.source, i.line, md5(i.raw), i.part)
        i.source, i.line, i.raw, i.part, keep_rejected_facts.kind,
        case when i.problem is null then i.content end, c.sqlstate, c.reason
    from unnest(checked) as c
    inner join unnest(incoming) as i on c.place = i.place
    where c.outcome in ('rejected', 'conflict')
    order by i.source, i.line, md5(i.raw), i.part
    on conflict (source, line, md5(raw), fact, part) do update
        set sqlstate = excluded.sqlstate, reason = excluded.reason, content = excluded.content
        where k.resolved_at is null;

    update utl_private.rejected_fills as k
    set resolved_at = clock_timestamp(), resolution = c.outcome
    from unnest(incoming) as i
    inner join unnest(checked) as c on i.place = c.place
    where
        c.outcome in ('booked', 'duplicate')
        and k.resolved_at is null and k.fact = keep_rejected_facts.kind
        and k.source = i.source and k.line = i.line and md5(k.raw) = md5(i.raw)
        and k.part = i.part;
end
$keep_rejected_facts$;

comment on function utl_private.keep_rejected_facts(
    text, utl_private.incoming_fact[], utl_private.checked_fact[]
) is
'Keeps transactions or lines of statements that were rejected, or say something else than what is
there under their reference, and marks those that were kept before and now are booked as
resolved.';
