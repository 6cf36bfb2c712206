create or replace function utl.tick()
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $tick$
declare
    _mark utl_private.watermarks;
    _last bigint;
    _xid xid8;
    _safe bigint;
begin
    select w.* into _mark from utl_private.watermarks as w;
    _last := utl_private.last_change_id();
    if _last = _mark.safe_change_id
        or not pg_try_advisory_xact_lock('utl_private.watermarks'::regclass::oid::integer, 0)
    then
        return _mark.safe_change_id;    -- nothing new, or another one ticks
    end if;
    select max(t.change_id) into _safe
    from utl_private.ticks as t
    where t.xid <= pg_snapshot_xmin(pg_current_snapshot());
    -- Who has an id of his own already may have got it before those who drew the last changes.
    if pg_current_xact_id_if_assigned() is null then
        _last := utl_private.last_change_id();
        _xid := pg_current_xact_id();
        if current_setting('transaction_isolation') = 'read committed'
            and utl_private.writes_alone(_xid)
        then
            _safe := _last;             -- an older snapshot would not see all of them
        elsif (select count(*) from utl_private.ticks) < 100 then
            insert into utl_private.ticks (change_id, xid)
            select _last, _xid
            where not exists (select from utl_private.ticks as t where t.change_id = _last);
        end if;
    end if;
    if _safe > _mark.safe_change_id then
        delete from utl_private.ticks as t where t.change_id <= _safe;
        update utl_private.watermarks as w
        set safe_change_id = _safe, ticked_at = clock_timestamp()
        where w.safe_change_id < _safe;     -- another one may have ticked since it was read
        if (select s.notify from utl_private.settings as s) = 'ticker' then
            perform pg_notify('utl_positions', json_build_object('change_id', _safe)::text);
        end if;
    end if;
    return greatest(_safe, _mark.safe_change_id);
end
$tick$;

comment on function utl.tick() is
'Moves the watermark of the stream: up to which change_id everything may be read. Best in a
transaction of its own, many times a second, by utl bridge; where nobody does, utl.fetch_changes
does. It waits for nobody, and costs next to nothing where nothing is new. A change can be read as
soon as all transactions that were writing when it was booked have ended. With setting notify =
ticker it notifies of the new watermark on channel utl_positions. Returns it.';
