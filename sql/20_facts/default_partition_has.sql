create or replace function utl_private.default_partition_has(
    from_time timestamptz, to_time timestamptz
)
returns boolean
language sql
stable
as $default_partition_has$
    select exists (
        select from utl_private.fills_default as f
        where f.executed_at >= from_time and f.executed_at < to_time
    ) or exists (
        select from utl_private.entries_default as e
        where e.effective_at >= from_time and e.effective_at < to_time
    )
$default_partition_has$;

comment on function utl_private.default_partition_has(timestamptz, timestamptz) is
'Whether a default partition already holds fills or entries from a time up to, not including,
another.';
