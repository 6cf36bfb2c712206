create or replace function utl_private.time_of(facts text)
returns name
language sql
stable
as $time_of$
    select d.key from utl_private.default_partitions as d where d.prefix = facts
$time_of$;

comment on function utl_private.time_of(text) is
'The column by whose time a table is parted.';
