create or replace function utl_private.is_archived(at timestamptz, facts text)
returns boolean
language sql
stable
as $is_archived$
    select exists (
        select from utl_private.archives as a
        where a.relation = facts and a.restored_at is null and is_archived.at < a.month_end
    )
$is_archived$;

comment on function utl_private.is_archived(timestamptz, text) is
'Whether fills, or prices, of a time are archived, or are being archived.';
