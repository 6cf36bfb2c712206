create or replace function utl_private.channel_of(book text)
returns text
language plpgsql
immutable
parallel safe
as $channel_of$
declare
    _channel text := 'utl_positions_' || book;
begin
    while octet_length(_channel) > 63 loop
        _channel := left(_channel, -1);
    end loop;
    return _channel;
end
$channel_of$;

comment on function utl_private.channel_of(text) is
'The channel on which the positions of a book are notified: utl_positions_ and its name, cut at 63
bytes, as PostgreSQL cuts names.';
