create or replace function utl_private.leg_amount(
    quantity numeric, price numeric, multiplier numeric, is_inverse boolean
)
returns numeric
language sql
immutable
parallel safe
as $leg_amount$
    select case
        when is_inverse then utl_private.inverse_amount(quantity, price, multiplier)
        else quantity * multiplier * price
    end
$leg_amount$;

comment on function utl_private.leg_amount(numeric, numeric, numeric, boolean) is
'Signed amount of cost currency for a signed quantity: quantity × multiplier × price for linear
contracts and spot, −quantity × multiplier ÷ price for inverse ones (so that their average price is
the harmonic mean). Exact for linear, rounded to 18 places for inverse.';
