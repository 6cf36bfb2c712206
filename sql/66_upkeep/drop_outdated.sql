create or replace function utl_private.drop_outdated()
returns table (task text, partition text, outcome text, detail text)
language plpgsql
as $drop_outdated$
begin
    return query
    select 'drop', d, 'done', 'older than the setting stream_retention'
    from utl.drop_changes() as d;
exception
    when lock_not_available or deadlock_detected then
        return query select 'drop', 'position_changes', 'deferred', sqlerrm;
end
$drop_outdated$;

comment on function utl_private.drop_outdated() is
'Drops what is derived and past its retention, and says what, or why not.';
