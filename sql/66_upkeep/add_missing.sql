create or replace function utl_private.add_missing(
    of_unit text, first_time timestamptz, count integer, counted text
)
returns integer
language plpgsql
set timezone = 'UTC'
as $add_missing$
declare
    _default utl_private.default_partitions;
    _from timestamptz;
    _to timestamptz;
    _partition text;
    _has_rows boolean;
    _added integer := 0;
begin
    for _nth in 0..count - 1 loop
        _from := date_trunc(of_unit, first_time) + _nth * ('1 ' || of_unit)::interval;
        _to := _from + ('1 ' || of_unit)::interval;
        for _default in
            select d.* from utl_private.default_partitions as d
            where
                d.unit = of_unit
                and not exists (
                    select from utl_private.archives as a
                    where
                        a.relation = d.prefix and a.archived_at is not null
                        and a.restored_at is null and _from < a.month_end
                )
            order by d.prefix
        loop
            _partition := _default.prefix || to_char(_from, _default.suffix);
            continue when to_regclass('utl_private.' || _partition) is not null;
            execute format(
                'select exists (select from %s as d where d.%I >= %L and d.%I < %L)',
                _default.partition, _default.key, _from, _default.key, _to
            ) into _has_rows;
            continue when _has_rows;
            perform utl_private.add_partition(_default.parent, _partition, _from, _to);
            _added := _added + (_default.prefix = counted)::integer;
        end loop;
    end loop;
    return _added;
end
$add_missing$;

comment on function utl_private.add_missing(text, timestamptz, integer, text) is
'Makes the partitions by a unit of time, month or day, that are missing from a time on, but for
those whose rows are in a default partition, and those that are archived. Returns how many of one
table are new.';
