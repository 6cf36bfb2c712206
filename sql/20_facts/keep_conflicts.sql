create or replace function utl_private.keep_conflicts(
    incoming utl_private.incoming_fill[], checked utl_private.checked_fill[]
)
returns void
language plpgsql
set enable_nestloop = off               -- the planner takes every array to be a short one
as $keep_conflicts$
begin
    insert into utl_private.fill_conflicts (
        fill_id, account_id, venue_fill_id, content_digest, executed_at,
        content, source, line, raw
    )
    select
        c.fill_id, c.account_id, c.venue_fill_id, c.content_digest, c.executed_at,
        i.content, i.source, i.line, i.raw
    from unnest(checked) as c
    inner join (
        select u.*, utl_private.fill_content(u) as content from unnest(incoming) as u
    ) as i on c.place = i.place
    where c.outcome = 'conflict'
    order by c.place
    on conflict on constraint fill_conflicts_are_kept_once do nothing;
end
$keep_conflicts$;

comment on function utl_private.keep_conflicts(
    utl_private.incoming_fill[], utl_private.checked_fill[]
) is
'Keeps the rows that contradict a fill that is there, each of them once.';
