-- Positions: where we stand, and how we came there.
--
-- What is stored is quantity and cost, both signed; a price is only derived, when it is shown.
-- Every row can be traced: a position's figures are those of its last entry, an entry is part of
-- one fill, and a part that closes names the lot it closed.

create or replace function utl_private.average_cost(
    quantity numeric, cost numeric, multiplier numeric, is_inverse boolean
)
returns numeric
language sql
immutable
parallel safe
return trim_scale(case
    when quantity = 0 or (is_inverse and cost = 0) then null
    when is_inverse then utl_private.share(-quantity, multiplier, cost)
    else utl_private.share(cost, 1, quantity * multiplier)
end);

comment on function utl_private.average_cost(numeric, numeric, numeric, boolean) is
'The price at which a quantity has its cost, in price terms, rounded to 18 places for show; null
when there is nothing. Harmonic for inverse contracts. Its body is bound when it is made, not when
it runs, because readers of the views may not look into utl_private.';
