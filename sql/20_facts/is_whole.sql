create or replace function utl_private.is_whole(number text)
returns boolean
language sql
immutable
parallel safe
as $is_whole$
    select
        length(number) <= 18
        and (btrim(number, '0123456789') = '' or number ~ '^-[0-9]+$')
$is_whole$;

comment on function utl_private.is_whole(text) is
'Whether a text is a whole number of at most 18 characters, so that it fits a bigint.';
