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
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $add_partitions$
declare
    _from timestamptz;
    _suffix text;
    _added integer := 0;
begin
    for _month in 0..months - 1 loop
        _from := date_trunc('month', first_month::timestamptz) + make_interval(months => _month);
        _suffix := to_char(_from, 'YYYY_MM');
        perform utl_private.add_price_partition(_from);
        continue when to_regclass('utl_private.fills_' || _suffix) is not null
            or utl_private.default_partition_has(_from, _from + interval '1 month');
        execute format(
            'create table utl_private.%I partition of utl.fills for values from (%L) to (%L)',
            'fills_' || _suffix, _from, _from + interval '1 month'
        );
        execute format(
            'create table utl_private.%I partition of utl_private.entries '
            'for values from (%L) to (%L)',
            'entries_' || _suffix, _from, _from + interval '1 month'
        );
        perform utl_private.guard_partition(to_regclass('utl_private.fills_' || _suffix));
        _added := _added + 1;
    end loop;
    return _added;
end
$add_partitions$;

comment on function utl.add_partitions(date, integer) is
'Makes monthly partitions (UTC) of fills and entries, and of prices, from a month on, and returns
how many months of fills are new. A month whose rows are already in the default partition stays
there. A fact is never refused for want of a partition: the default one takes it.';
