create or replace function utl_private.keep_of_archived(archive utl_private.archives)
returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $keep_of_archived$
begin
    insert into utl_private.archived_flows
    select archive.archive_id, f.*
    from utl_private.flows_of_month(archive.month_start, archive.month_end) as f;

    -- Nothing before the end of the month changes any more: no other lot of it can be open again.
    insert into utl_private.archived_origins
    select f.*, archive.archive_id
    from utl_private.fills_of_month(archive.month_start, archive.month_end) as f
    where f.fill_id in (
        select o.fill_id from utl_private.open_lots as o
        union
        select k.origin_id from utl_private.carried_lots as k
        union
        select e.lot_fill_id from utl_private.entries as e
        where e.effective_at >= archive.month_end
    );

    update utl_private.archives as a
    set known_up_to = (
        select greatest(max(f.recorded_at), max(c.recorded_at))
        from utl.fills as f
        left join utl.corrections as c
            on f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
        where f.executed_at >= archive.month_start and f.executed_at < archive.month_end
    )
    where a.archive_id = archive.archive_id;
end
$keep_of_archived$;

comment on function utl_private.keep_of_archived(utl_private.archives) is
'Keeps of a month of fills what others need when it is out: what they add up to, the fills that may
have opened what is open, and when the last of it became known.';
