create or replace view utl_private.default_partitions as
select
    i.inhparent::regclass as parent,
    c.oid::regclass as partition,
    a.attname as key,
    p.relname as prefix,
    case p.relname when 'position_changes' then 'day' else 'month' end as unit,
    case p.relname when 'position_changes' then '_YYYY_MM_DD' else '_YYYY_MM' end as suffix
from pg_catalog.pg_partitioned_table as t
inner join pg_catalog.pg_inherits as i on t.partrelid = i.inhparent and t.partdefid = i.inhrelid
inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
inner join pg_catalog.pg_class as p on i.inhparent = p.oid
inner join pg_catalog.pg_attribute as a on t.partrelid = a.attrelid and t.partattrs[0] = a.attnum
where p.relnamespace in ('utl'::regnamespace, 'utl_private'::regnamespace);

comment on view utl_private.default_partitions is
'The default partition of each partitioned table, by which column and unit of time that is parted,
and how its partitions are called.';
