create or replace function utl_private.as_time(written text, carefully boolean)
returns timestamptz
language sql
stable
as $as_time$
    select case
        when not carefully and utl_private.looks_like_time(written) then written::timestamptz
        else utl_private.read_time(written)
    end
$as_time$;

comment on function utl_private.as_time(text, boolean) is
'utl_private.read_time, but for a quicker way, unless it is to be careful: then a text like
2026-02-30T10:00Z, which only looks like a time, is an error. Written so that the planner inlines
it.';
