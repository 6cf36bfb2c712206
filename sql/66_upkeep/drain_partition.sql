create or replace function utl_private.drain_partition(
    drained utl_private.default_partitions, rows_max bigint,
    out partition text, out rows bigint, out is_done boolean
)
language plpgsql
set timezone = 'UTC'
as $drain_partition$
declare
    _from timestamptz;
    _to timestamptz;
begin
    execute format('select date_trunc(%L, min(d.%I)) from %s as d',
        drained.unit, drained.key, drained.partition) into _from;
    if _from is null then
        return;
    end if;
    _to := _from + ('1 ' || drained.unit)::interval;
    partition := drained.prefix || to_char(_from, drained.suffix);
    execute format('select count(*) from %s as d where d.%I >= %L and d.%I < %L',
        drained.partition, drained.key, _from, drained.key, _to) into rows;
    is_done := coalesce(rows <= rows_max, true);
    if not is_done then
        return;
    end if;

    -- Entries are changed, too, and a statement that waits would look for them where they were.
    if drained.parent = 'utl_private.entries'::regclass then
        perform utl_private.hold_book(b.book_id)
        from (select k.book_id from utl_private.books as k order by k.book_id) as b;
    end if;
    -- Who inserts waits here, not halfway: else its row would come too late for the default one.
    execute format('lock table %s in share row exclusive mode', drained.parent);
    execute format('alter table %s disable trigger user', drained.partition);
    execute format(
        'create table utl_private.%I '
        '(like %s including defaults including constraints including indexes, '
        'constraint %I check (%I >= %L and %I < %L))',
        partition, drained.parent, partition || '_bounds', drained.key, _from, drained.key, _to
    );
    execute format(
        'with moved as (delete from %s as d where d.%I >= %L and d.%I < %L returning *) '
        'insert into utl_private.%I select m.* from moved as m',
        drained.partition, drained.key, _from, drained.key, _to, partition
    );
    get diagnostics rows = row_count;
    execute format('alter table %s enable trigger user', drained.partition);
    execute format(
        'alter table %s attach partition utl_private.%I for values from (%L) to (%L)',
        drained.parent, partition, _from, _to
    );
    execute format(
        'alter table utl_private.%I drop constraint %I', partition, partition || '_bounds'
    );
    if drained.parent::text like 'utl.%' then
        perform utl_private.guard_partition(format('utl_private.%I', partition)::regclass);
    end if;
end
$drain_partition$;

comment on function utl_private.drain_partition(utl_private.default_partitions, bigint) is
'Moves the oldest month or day that is in a default partition into one of its own, unless that is of
more rows: is_done says so; null if there is none. Who books waits meanwhile; who reads waits for
the last moment of it.';
