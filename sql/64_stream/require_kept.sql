create or replace function utl_private.require_kept(asking utl_private.subscribers)
returns void
language plpgsql
as $require_kept$
declare
    _dropped bigint := (
        select s.dropped_id from utl_private.subscribers as s
        where s.subscriber = asking.subscriber
    );
begin
    if _dropped > asking.acknowledged_id then
        raise exception 'changes that subscriber % has not read are not kept any more',
            quote_literal(asking.subscriber)
        using
            errcode = '55U05',
            detail = format(
                'It is at change %s; up to change %s they are older than stream_retention, %s.',
                asking.acknowledged_id, _dropped,
                (select s.stream_retention from utl_private.settings as s)
            ),
            hint = 'Read utl.positions anew, then utl.rewind to where to go on; 0 is the oldest '
                'that is kept.';
    end if;
end
$require_kept$;

comment on function utl_private.require_kept(utl_private.subscribers) is
'Raises 55U05 for a subscriber if changes that it wants and has not acknowledged were dropped.';
