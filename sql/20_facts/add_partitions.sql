-- Facts: what happened, as it was told. They are inserted and never changed; everything else is
-- derived from them and could be thrown away.
--
-- A fill is one execution at a venue. Its identity is (account, venue_fill_id), kept apart in
-- utl_private.fill_keys because venues report one fill with different times; its order is
-- (executed_at, sequence, fill_id).

create or replace function utl.add_partitions(
    first_month date default current_date, months integer default 4
)
returns integer
language sql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '2s'
as $add_partitions$
    select utl_private.add_missing('month', first_month::timestamptz, months, 'fills')
$add_partitions$;

comment on function utl.add_partitions(date, integer) is
'Makes monthly partitions (UTC) of fills and entries, and of prices, from a month on, and returns
how many months of fills are new. A month whose rows are already in a default partition stays
there until utl.maintain moves it. A fact is never refused for want of a partition: the default one
takes it. 55P03: it did not get a lock within two seconds.';
