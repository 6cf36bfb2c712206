create or replace function utl_private.default_partition_has(month date)
returns boolean
language sql
stable
as $default_partition_has$
    select exists (
        select from utl_private.fills_default as f
        where
            f.executed_at >= (month::timestamp at time zone 'UTC')
            and f.executed_at < ((month + interval '1 month') at time zone 'UTC')
    ) or exists (
        select from utl_private.entries_default as e
        where
            e.effective_at >= (month::timestamp at time zone 'UTC')
            and e.effective_at < ((month + interval '1 month') at time zone 'UTC')
    )
$default_partition_has$;

comment on function utl_private.default_partition_has(date) is
'Whether a default partition already holds fills or entries of a month (UTC).';
