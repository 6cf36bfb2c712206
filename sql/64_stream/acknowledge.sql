-- Following the stream: subscribers with their offsets, the tick that moves the watermark, and the
-- doorbell, which only says that there is something to fetch.

create or replace function utl.acknowledge(subscriber text, change_id bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $acknowledge$
declare
    _asking utl_private.subscribers := utl_private.subscriber_row(subscriber);
    _safe bigint := (select w.safe_change_id from utl_private.watermarks as w);
begin
    perform utl_private.require_incarnation(_asking);
    if change_id is null or change_id > _safe then
        raise exception 'change % cannot have been read yet', coalesce(change_id::text, 'null')
        using
            errcode = '22U14',
            detail = format('It may be read up to change %s.', _safe),
            hint = 'Acknowledge a change_id that utl.fetch_changes gave.';
    end if;
    update utl_private.subscribers as s
    set
        acknowledged_id = acknowledge.change_id,
        acknowledged_at = coalesce(
            (
                select h.changed_at
                from utl_private.position_changes as h
                where
                    h.change_id = acknowledge.change_id
                    and h.changed_at > _asking.acknowledged_at - interval '1 day'
            ),
            s.acknowledged_at
        )
    where s.subscriber = _asking.subscriber and s.acknowledged_id < acknowledge.change_id;
end
$acknowledge$;

comment on function utl.acknowledge(text, bigint) is
'Keeps that a subscriber has dealt with all changes up to this one: utl.fetch_changes goes on after
it. Acknowledging an older one changes nothing; utl.rewind goes back. 22U01: unknown subscriber;
22U14: the change is not there to be read yet; 55U05: the server was restored or promoted since.';
