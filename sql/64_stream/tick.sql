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
    _age integer;
    _safe bigint;
begin
    select w.* into _mark from utl_private.watermarks as w;
    _last := utl_private.last_change_id();
    if _last = _mark.safe_change_id
        -- With an older snapshot one would not see what has ended since.
        or current_setting('transaction_isolation') <> 'read committed'
        or not pg_try_advisory_xact_lock('utl_private.watermarks'::regclass::oid::integer, 0)
    then
        return _mark.safe_change_id;    -- nothing new, or another one ticks
    end if;
    -- Who has an id of his own already may have got it before those who drew the last changes.
    if pg_current_xact_id_if_assigned() is null then
        _xid := pg_current_xact_id();
    end if;
    _age := (select max(coalesce(age(b.xid), 2147483647)) from utl_private.bookings() as b);
    if _age is null then
        _safe := _last;
    else
        select max(t.change_id) into _safe
        from utl_private.ticks as t
        where age(t.xid::xid) >= _age;
        if _xid is not null and (select count(*) from utl_private.ticks) < 100 then
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
soon as all transactions that were booking when it was booked have ended. A repeatable read
transaction moves nothing. With setting notify = ticker it notifies of the new watermark on channel
utl_positions. Returns it.';
