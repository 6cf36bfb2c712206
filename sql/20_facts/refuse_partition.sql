create or replace function utl_private.refuse_partition()
returns trigger
language plpgsql
as $refuse_partition$
begin
    raise exception '% of partition % is refused', lower(tg_op), tg_table_name
    using
        errcode = '55U02',
        detail = 'A row that is put into a partition itself would not be booked.',
        hint = format('Insert into utl.%s.', regexp_replace(tg_table_name, '_.*$', ''));
end
$refuse_partition$;

comment on function utl_private.refuse_partition() is
'Trigger: raises 55U02 for a statement that names a partition. Statement triggers of a partition do
not fire for rows that come through its parent, so it costs booking nothing.';

select utl_private.guard_partition(i.inhrelid::regclass)
from pg_catalog.pg_inherits as i
where i.inhparent = 'utl.fills'::regclass;
