create or replace function utl.rewind(subscriber text, change_id bigint default null)
returns utl.subscribers
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $rewind$
declare
    _asking utl_private.subscribers := utl_private.subscriber_row(subscriber);
    _row utl.subscribers;
begin
    perform utl_private.require_nobody_follows(subscriber);
    if change_id > utl_private.last_change_id() or change_id < 0 then
        raise exception 'change % is not there yet', change_id
        using
            errcode = '22U14',
            detail = format('The last change is %s.', utl_private.last_change_id()),
            hint = 'Give the last change that is not to be read again; 0 for all that are kept.';
    end if;
    update utl_private.subscribers as s
    set
        acknowledged_id = coalesce(rewind.change_id, utl_private.last_change_id()),
        acknowledged_at = case
            when rewind.change_id is null then clock_timestamp() else '-infinity'
        end,
        incarnation = utl_private.incarnation(),
        dropped_id = null
    where s.subscriber = _asking.subscriber;
    select s.* into _row from utl.subscribers as s where s.subscriber = _asking.subscriber;
    return _row;
end
$rewind$;

comment on function utl.rewind(text, bigint) is
'Puts a subscriber after a change, forward or back: 0 is before all that are kept, null after all
that are there. He goes on in this incarnation of the database. 22U01: unknown subscriber; 22U14:
there is no such change yet; 55U09: somebody follows under the name, and would undo it with what he
acknowledges next. Returns his row of utl.subscribers.';
