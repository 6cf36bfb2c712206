create or replace function utl_private.share(total numeric, part numeric, whole numeric)
returns numeric
language sql
immutable
parallel safe
return round((total * part + 0e-78) / whole, 18);

comment on function utl_private.share(numeric, numeric, numeric) is
'total × part ÷ whole, rounded once, half away from zero, to 18 places. Numeric division keeps only
about 16 significant digits unless an operand carries the scale: 0e-78 makes the quotient exact to
60 places beyond the rounding. Callers give whatever remains to the last part, so nothing is lost.';
