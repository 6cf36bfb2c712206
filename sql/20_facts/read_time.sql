create or replace function utl_private.read_time(written text)
returns timestamptz
language plpgsql
stable
as $read_time$
begin
    if utl_private.looks_like_time(written)
        or (
            written like '____-__-__%'
            and substr(written, 11) ~
            '^[T ][0-9:.]+ ?(Z|[+-][0-9:]+|UTC|[A-Z][A-Za-z_]+/[A-Za-z_/+-]+)$'
        )
    then
        return written::timestamptz;
    elsif written ~ '^[0-9]{13}$' then
        return timestamptz 'epoch' + written::bigint * interval '1 ms';
    end if;
    return null;
exception
    when data_exception then
        return null;
end
$read_time$;

comment on function utl_private.read_time(text) is
'The time that a text says: ISO 8601 with its zone (2026-01-31T12:00:00.123Z,
2026-01-31 12:00+01:00, 2026-01-31 13:00 Europe/Berlin), or Unix time in milliseconds, which has
13 digits. Null for anything else: without a zone a time is not known. Digits beyond microseconds
are rounded.';
