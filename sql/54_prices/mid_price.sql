create or replace function utl_private.mid_price(bid numeric, ask numeric, mark numeric)
returns numeric
language sql
immutable
parallel safe
return coalesce(mark, (bid + ask) * 0.5, bid, ask);

comment on function utl_private.mid_price(numeric, numeric, numeric) is
'One price of the three: the mark; without it the middle of bid and ask; else the one there is.';
