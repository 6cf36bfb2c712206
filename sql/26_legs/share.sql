-- Booking: every fill becomes a leg of each position it moves, and a fold turns legs into entries.
--
-- A leg is a signed quantity and the signed amount of cost currency that goes with it: buying 2 at
-- 50 is (+2, +100), selling 2 at 60 is (-2, -120). A position is (quantity, cost), both signed. A
-- leg that opens adds itself; a leg that closes takes its share of the cost away, and the
-- difference to its own amount is realized. So for every entry: cost after = cost before + amount +
-- realized.

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
