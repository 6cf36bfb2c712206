create or replace function utl_private.resolve_rejected(
    incoming utl_private.incoming_fill[], outcomes utl_private.fill_outcome[]
)
returns void
language plpgsql
as $resolve_rejected$
begin
    if not exists (
        select
        from (select distinct u.source from unnest(incoming) as u) as i
        inner join utl_private.rejected_fills as k on i.source = k.source
        where k.resolved_at is null
    ) then
        return;
    end if;
    update utl_private.rejected_fills as k
    set resolved_at = clock_timestamp(), resolution = o.outcome
    from (
        select u.source, u.line, u.raw, row_number() over () as place from unnest(incoming) as u
    ) as i
    inner join unnest(outcomes) as o on i.place = o.place
    where
        o.outcome <> 'rejected'
        and k.resolved_at is null
        and k.source = i.source and k.line = i.line and md5(k.raw) = md5(i.raw);
end
$resolve_rejected$;

comment on function utl_private.resolve_rejected(
    utl_private.incoming_fill[], utl_private.fill_outcome[]
) is
'Marks rows that were rejected before, and now were not, as resolved.';
