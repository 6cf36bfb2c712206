create or replace function utl_private.resolve_rejected(
    incoming utl_private.incoming_fill[], checked utl_private.checked_fill[]
)
returns void
language plpgsql
set enable_nestloop = off               -- the planner takes every array to be a short one
as $resolve_rejected$
begin
    if not exists (
        select
        from utl_private.rejected_fills as k
        where
            k.resolved_at is null and k.fact = 'fill'
            and k.source in (select u.source from unnest(incoming) as u)
    ) then
        return;
    end if;
    update utl_private.rejected_fills as k
    set resolved_at = clock_timestamp(), resolution = c.outcome
    from (
        select u.place, u.source, u.line, md5(u.raw) as raw_digest from unnest(incoming) as u
    ) as i
    inner join unnest(checked) as c on i.place = c.place
    where
        c.outcome <> 'rejected'
        and k.resolved_at is null and k.fact = 'fill'
        and k.source = i.source and k.line = i.line and md5(k.raw) = i.raw_digest;
end
$resolve_rejected$;

comment on function utl_private.resolve_rejected(
    utl_private.incoming_fill[], utl_private.checked_fill[]
) is
'Marks rows that were rejected before, and now were not, as resolved.';
