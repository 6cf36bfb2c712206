create or replace function utl_private.ring(changes utl_private.position_changes[])
returns void
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $ring$
declare
    _change record;
    _payload text;
    _left integer := 32;
begin
    -- A full queue would make the commit fail: whoever listens finds out by fetching.
    if changes is null or pg_notification_queue_usage() > 0.5 then
        return;
    end if;
    for _change in
        select
            h.change_id, b.book, a.account, i.instrument, h.version,
            trim_scale(h.quantity) as quantity,
            utl_private.average_cost(h.quantity, h.cost, i.multiplier, i.is_inverse)
                as average_cost,
            trim_scale(h.realized_pnl) as realized_pnl, h.cause
        from unnest(changes) as h
        inner join utl_private.positions as p on h.position_id = p.position_id
        inner join utl_private.costings as c
            on p.book_id = c.book_id and p.costing_id = c.costing_id and c.is_primary
        inner join utl_private.books as b on h.book_id = b.book_id
        inner join utl_private.instruments as i on p.instrument_id = i.instrument_id
        left join utl_private.accounts as a on p.account_id = a.account_id
        order by h.change_id
        limit 33                        -- one more than are told one by one
    loop
        if _left = 0 then
            perform utl_private.ring_for_many(changes, _change.change_id);
            return;
        end if;
        _left := _left - 1;
        _payload := json_strip_nulls(row_to_json(_change))::text;
        if octet_length(_payload) >= 8000 then      -- names that long
            _payload := json_build_object('change_id', _change.change_id)::text;
        end if;
        perform pg_notify('utl_positions', _payload);
        perform pg_notify(utl_private.channel_of(_change.book), _payload);
    end loop;
end
$ring$;

comment on function utl_private.ring(utl_private.position_changes[]) is
'Notifies of the changes of positions of primary costings, one by one of up to 32, then once on each
channel that there are more. Nobody is notified while the queue of notifications is more than half
full.';
