create or replace function utl_private.read_time(written text)
returns timestamptz
language plpgsql
stable
as $read_time$
begin
    if written ~ '^\d{4,6}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)? ?([Zz]|[+-]\d\d(:?\d\d)?|UTC|[A-Z]\w+/[\w/+-]+)$'
    then
        return written::timestamptz;
    elsif written ~ '^\d{13}$' then
        return timestamptz 'epoch' + written::bigint * interval '1 ms';
    end if;
    return null;
exception
    when data_exception then
        return null;
end
$read_time$;

comment on function utl_private.read_time(text) is
'The time that a text says: ISO 8601 with its zone (2026-01-31T12:00:00.123Z, 2026-01-31 12:00+01:00,
2026-01-31 13:00 Europe/Berlin), or Unix time in milliseconds, which has 13 digits. Null for anything
else: without a zone a time is not known. Digits beyond microseconds are rounded.';
