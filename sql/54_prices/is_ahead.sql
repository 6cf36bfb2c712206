create or replace function utl_private.is_ahead(at timestamptz)
returns boolean
language sql
volatile
as $is_ahead$
    select is_ahead.at > clock_timestamp() + interval '1 minute'
$is_ahead$;

comment on function utl_private.is_ahead(timestamptz) is
'Whether a time is in the future, by more than the minute that clocks may differ by.';
