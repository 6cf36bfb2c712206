create or replace function utl_private.require_incarnation(asking utl_private.subscribers)
returns void
language plpgsql
stable
as $require_incarnation$
begin
    if asking.incarnation <> utl_private.incarnation()
        or asking.acknowledged_id > utl_private.last_change_id()
    then
        raise exception 'subscriber % has an offset of another life of this database',
            quote_literal(asking.subscriber)
        using
            errcode = '55U05',
            detail = format(
                'It is %s, change %s; this is %s, change %s.',
                asking.incarnation, asking.acknowledged_id, utl_private.incarnation(),
                utl_private.last_change_id()
            ),
            hint = 'The server was restored or promoted: changes may be missing that were read '
                'before. Read utl.positions anew, then utl.rewind to where to go on.';
    end if;
end
$require_incarnation$;

comment on function utl_private.require_incarnation(utl_private.subscribers) is
'Raises 55U05 for a subscriber whose offset is of another incarnation, or ahead of the log.';
