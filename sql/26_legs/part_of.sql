create or replace function utl_private.part_of(total numeric, part numeric, whole numeric)
returns numeric
language sql
immutable
parallel safe
as $part_of$
    select case when part = whole then total else utl_private.share(total, part, whole) end
$part_of$;

comment on function utl_private.part_of(numeric, numeric, numeric) is
'total × part ÷ whole, and exactly the total for the whole: the last unit takes the whole rest.';
