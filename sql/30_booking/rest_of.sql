create or replace function utl_private.rest_of(leg utl_private.leg, rest utl_private.leg)
returns utl_private.leg
language plpgsql
immutable
as $rest_of$
begin
    leg.quantity := rest.quantity;
    leg.amount := rest.amount;
    leg.fee := rest.fee;
    return leg;
end
$rest_of$;

comment on function utl_private.rest_of(utl_private.leg, utl_private.leg) is
'A leg of a fact of which an earlier leg has left a rest: that is what is to be booked.';
