create or replace function utl.maintain(rows_max bigint default 200000)
returns table (task text, partition text, outcome text, detail text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '500ms'
as $maintain$
declare
    _default utl_private.default_partitions;
    _drained record;
begin
    if not pg_try_advisory_xact_lock('utl_private.archives'::regclass::oid::integer, 0) then
        return query select 'maintain', null::text, 'deferred', 'another one is at it';
        return;
    end if;
    -- What takes longest comes first: no lock of the others is held meanwhile.
    for _default in
        select d.* from utl_private.default_partitions as d order by d.prefix = 'entries', d.prefix
    loop
        task := 'drain';
        begin
            select d.* into _drained from utl_private.drain_partition(_default, rows_max) as d;
            partition := _drained.partition;
            outcome := case when _drained.is_done then 'done' else 'deferred' end;
            detail := case
                when _drained.is_done then format('%s rows', _drained.rows)
                else format(
                    'booking would wait while %s rows move: select utl.maintain(%s) when it may',
                    _drained.rows, _drained.rows
                )
            end;
            if _drained.partition is not null then
                return next;
            end if;
            exit when _drained.is_done;     -- one a transaction
        exception
            when lock_not_available or deadlock_detected then
                partition := _default.prefix || '_default';
                outcome := 'deferred';
                detail := sqlerrm;
                return next;
        end;
    end loop;

    return query select a.* from utl_private.add_ahead() as a;
    return query select d.* from utl_private.drop_outdated() as d;
end
$maintain$;

comment on function utl.maintain(bigint) is
'Upkeep, to be called every few minutes, or by `utl bridge` or `utl maintain`: moves a month or day
out of a default partition, one a call, unless it has more than rows_max rows (null: however many);
makes partitions ahead; drops changes of positions that are older than the setting stream_retention.
Facts and entries stay. Returns a row for each thing done, or deferred with the reason: a lock that
it does not get within half a second is left to the next call, as booking waits behind it.';
