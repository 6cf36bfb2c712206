create or replace function utl_private.with_zone(written text, zone text)
returns text
language sql
immutable
parallel safe
as $with_zone$
    select case
        when zone is not null and written ~ '^[0-9]{4}-[0-9-]+[T ][0-9:.]+$'
            then written || ' ' || zone
        else written
    end
$with_zone$;

comment on function utl_private.with_zone(text, text) is
'A time as it was written, with the zone behind it if there is one and the time has none.';
