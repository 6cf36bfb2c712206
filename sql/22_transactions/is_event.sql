create or replace function utl_private.is_event(transaction jsonb)
returns boolean
language sql
immutable
parallel safe
as $is_event$
    select coalesce(
        transaction ->> 'kind' in ('split', 'expiry', 'rename', 'exercise'), false
    )
$is_event$;

comment on function utl_private.is_event(jsonb) is
'Whether a row is about all that is held of an instrument, or needs its terms, so that only its own
function can say which transactions it is.';
