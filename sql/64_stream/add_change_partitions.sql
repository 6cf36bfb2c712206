create or replace function utl.add_change_partitions(days integer default 14)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $add_change_partitions$
declare
    _from timestamptz;
    _name text;
    _added integer := 0;
begin
    for _day in 0..days - 1 loop
        _from := date_trunc('day', clock_timestamp()) + make_interval(days => _day);
        _name := to_char(_from, '"position_changes_"YYYY_MM_DD');
        continue when to_regclass('utl_private.' || _name) is not null
            or exists (
                select from utl_private.position_changes_default as h where h.changed_at >= _from
            );
        execute format(
            'create table utl_private.%I partition of utl_private.position_changes '
            'for values from (%L) to (%L)',
            _name, _from, _from + interval '1 day'
        );
        _added := _added + 1;
    end loop;
    return _added;
end
$add_change_partitions$;

comment on function utl.add_change_partitions(integer) is
'Makes partitions of the changes of positions for today (UTC) and the days to come, and returns how
many are new. A day whose changes are already in the default partition stays there.';
