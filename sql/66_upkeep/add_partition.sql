create or replace function utl_private.add_partition(
    parent regclass, partition text, from_time timestamptz, to_time timestamptz
)
returns regclass
language plpgsql
as $add_partition$
declare
    _partition regclass;
begin
    execute format(
        'create table utl_private.%I '
        '(like %s including defaults including constraints including indexes)',
        partition, parent
    );
    _partition := format('utl_private.%I', partition)::regclass;
    execute format(
        'alter table %s attach partition %s for values from (%s) to (%L)',
        parent, _partition, coalesce(quote_literal(from_time), 'minvalue'), to_time
    );
    if parent::text like 'utl.%' then
        perform utl_private.guard_partition(_partition);
    end if;
    return _partition;
end
$add_partition$;

comment on function utl_private.add_partition(regclass, text, timestamptz, timestamptz) is
'Makes a partition in utl_private for [from_time, to_time), null being the beginning of time, and
guards it if it is of facts. Attached, not made in place: so nobody who reads or writes other
partitions waits, only who reads the default one.';
