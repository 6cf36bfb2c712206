create or replace function utl_private.closing_quantity(quantity numeric, held numeric)
returns numeric
language sql
immutable
parallel safe
return case when abs(quantity) <= abs(held) then quantity else -held end;

comment on function utl_private.closing_quantity(numeric, numeric) is
'How much of a signed quantity closes what is held, of the other sign: at most all of it.';
