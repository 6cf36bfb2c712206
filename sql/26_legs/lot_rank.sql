create or replace function utl_private.lot_rank(
    held utl_private.position_terms, quantity numeric, price numeric, fee numeric
)
returns numeric
language sql
immutable
parallel safe
as $lot_rank$
    select case
        when held.method not in ('hifo', 'lofo') then 0
        else
            case held.method when 'hifo' then -1 else 1 end
            * sign(quantity)
            * case
                when not held.ranks_with_fees then price
                when held.is_inverse
                    then round((fee + 0e-78) / nullif(quantity, 0), 40)
                        - round((held.multiplier + 0e-78) / nullif(price, 0), 40)
                else round((fee + 0e-78) / nullif(quantity, 0), 40) + held.multiplier * price
            end
    end
$lot_rank$;

comment on function utl_private.lot_rank(utl_private.position_terms, numeric, numeric, numeric) is
'Place of the lot that a fill opens among the open lots of its position: the lowest rank closes
first, the oldest first among equals. hifo closes the lot whose closing realizes least, lofo the one
whose closing realizes most; for a short that is the lot sold lowest or highest. What counts is the
price or, where the costing ranks with fees, cost and fee a unit; never an amount, which is rounded.
What opens nothing has none there. fifo and lifo go by time alone: all their ranks are 0.';
