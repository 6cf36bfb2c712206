create or replace function utl_private.keep_rejected(
    incoming utl_private.incoming_fill[], outcomes utl_private.fill_outcome[]
)
returns void
language sql
as $keep_rejected$
    insert into utl_private.rejected_fills as k (source, line, raw, content, sqlstate, reason)
    select distinct on (i.source, i.line, md5(i.raw))
        i.source, i.line, i.raw,
        case when i.problem is null then utl_private.fill_content(i.sent) end,
        o.sqlstate, o.reason
    from unnest(outcomes) as o
    inner join (
        select u as sent, u.*, row_number() over () as place from unnest(incoming) as u
    ) as i on o.place = i.place
    where o.outcome = 'rejected'
    order by i.source, i.line, md5(i.raw)
    on conflict (source, line, md5(raw)) do update
        set sqlstate = excluded.sqlstate, reason = excluded.reason, content = excluded.content
        where k.resolved_at is null
$keep_rejected$;

comment on function utl_private.keep_rejected(
    utl_private.incoming_fill[], utl_private.fill_outcome[]
) is
'Keeps the rejected rows. One that is sent again is the same one, and has the latest reason.';
