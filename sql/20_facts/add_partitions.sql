create or replace function utl.add_partitions(
    first_month date default current_date, months integer default 4
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_partitions$
declare
    _month date;
    _suffix text;
    _added integer := 0;
begin
    for _month in
        select m::date
        from generate_series(
            date_trunc('month', first_month::timestamp),
            date_trunc('month', first_month::timestamp) + make_interval(months => months - 1),
            interval '1 month'
        ) as m
    loop
        _suffix := to_char(_month, 'YYYY_MM');
        continue when to_regclass('utl_private.fills_' || _suffix) is not null
            or utl_private.default_partition_has(_month);
        execute format(
            'create table utl_private.%I partition of utl.fills for values from (%L) to (%L)',
            'fills_' || _suffix, _month || ' 00:00Z', (_month + interval '1 month')::date || ' 00:00Z'
        );
        execute format(
            'create table utl_private.%I partition of utl_private.entries '
            'for values from (%L) to (%L)',
            'entries_' || _suffix, _month || ' 00:00Z',
            (_month + interval '1 month')::date || ' 00:00Z'
        );
        perform utl_private.guard_partition(format('utl_private.%I', 'fills_' || _suffix)::regclass);
        _added := _added + 1;
    end loop;
    return _added;
end
$add_partitions$;

comment on function utl.add_partitions(date, integer) is
'Makes monthly partitions (UTC) of fills and entries from a month on, and returns how many months are
new. A month whose rows are already in the default partition stays there. A fill is never refused for
want of a partition: the default one takes it.';
