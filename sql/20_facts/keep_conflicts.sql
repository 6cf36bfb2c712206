create or replace function utl_private.keep_conflicts(
    incoming utl_private.incoming_fill[],
    read utl_private.read_fill[],
    resent utl_private.resent_fill[]
)
returns void
language sql
as $keep_conflicts$
    insert into utl_private.fill_conflicts (
        fill_id, account_id, venue_fill_id, content_digest, executed_at,
        content, source, line, raw
    )
    select
        s.fill_id, r.account_id, r.venue_fill_id, s.content_digest, r.executed_at,
        utl_private.fill_content(i.sent), (i.sent).source, (i.sent).line, (i.sent).raw
    from unnest(resent) as s
    inner join unnest(read) as r on s.place = r.place
    inner join (
        select u as sent, row_number() over () as place from unnest(incoming) as u
    ) as i on s.place = i.place
    where s.outcome = 'conflict'
    order by s.place
    on conflict on constraint fill_conflicts_are_kept_once do nothing
$keep_conflicts$;

comment on function utl_private.keep_conflicts(
    utl_private.incoming_fill[], utl_private.read_fill[], utl_private.resent_fill[]
) is
'Keeps the rows that contradict a fill that is there, each of them once.';
