create or replace function utl_private.is_decimal(number text)
returns boolean
language sql
immutable
parallel safe
as $is_decimal$
    select case
        when length(number) > 120 then false
        when btrim(number, '0123456789') in ('', '.') then number not in ('', '.')
        else number ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$'
    end
$is_decimal$;

comment on function utl_private.is_decimal(text) is
'Whether a text is a finite decimal number, such as -1.5, .5 or 1e-8. Stricter than PostgreSQL,
whose own input also takes NaN, infinity and, from some version on, 0x1F and 1_000: the same file
must mean the same everywhere. The bounds on length and exponent keep products within numeric.
Digits around at most one point are told without a regular expression, which takes three times as
long.';
