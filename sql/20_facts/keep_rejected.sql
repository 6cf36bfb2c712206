create or replace function utl_private.keep_rejected(
    incoming utl_private.incoming_fill[], checked utl_private.checked_fill[]
)
returns void
language plpgsql
set enable_nestloop = off               -- the planner takes every array to be a short one
as $keep_rejected$
begin
    insert into utl_private.rejected_fills as k (source, line, raw, content, sqlstate, reason)
    select distinct on (i.source, i.line, md5(i.raw))
        i.source, i.line, i.raw, i.content, c.sqlstate, c.reason
    from unnest(checked) as c
    inner join (
        select
            u.*,
            case when u.problem is null then utl_private.fill_content(u) end as content
        from unnest(incoming) as u
    ) as i on c.place = i.place
    where c.outcome = 'rejected'
    order by i.source, i.line, md5(i.raw)
    on conflict (source, line, md5(raw), fact, part) do update
        set sqlstate = excluded.sqlstate, reason = excluded.reason, content = excluded.content
        where k.resolved_at is null;
end
$keep_rejected$;

comment on function utl_private.keep_rejected(
    utl_private.incoming_fill[], utl_private.checked_fill[]
) is
'Keeps the rejected rows. One that is sent again is the same one, and has the latest reason.';
