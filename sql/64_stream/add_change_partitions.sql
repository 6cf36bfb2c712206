create or replace function utl.add_change_partitions(days integer default 14)
returns integer
language sql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '2s'
as $add_change_partitions$
    select utl_private.add_missing('day', clock_timestamp(), days, 'position_changes')
$add_change_partitions$;

comment on function utl.add_change_partitions(integer) is
'Makes partitions of the changes of positions for today (UTC) and the days to come, and returns how
many are new. A day whose changes are already in the default partition stays there until
utl.maintain moves it. 55P03: it did not get a lock within two seconds.';
