create or replace function utl_private.day_ends(from_date date, to_date date)
returns table (day date, at timestamptz, at_after timestamptz)
language sql
immutable
set timezone = 'UTC'
as $day_ends$
    select
        d.day::date,
        d.day + interval '1 day' - interval '1 microsecond',
        d.day + interval '2 days' - interval '1 microsecond'
    from generate_series(from_date::timestamptz, to_date::timestamptz, interval '1 day') as d (day)
$day_ends$;

comment on function utl_private.day_ends(date, date) is
'The days from one to another, with the last moment (UTC) of each and of the day after.';
