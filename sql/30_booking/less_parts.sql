create or replace function utl_private.less_parts(
    leg utl_private.leg, parts utl_private.outcome[]
)
returns utl_private.leg
language plpgsql
immutable
as $less_parts$
declare
    _part utl_private.outcome;
begin
    foreach _part in array parts loop
        leg.quantity := leg.quantity - _part.quantity;
        leg.amount := leg.amount - _part.amount;
        leg.fee := 0;
    end loop;
    return leg;
end
$less_parts$;

comment on function utl_private.less_parts(utl_private.leg, utl_private.outcome[]) is
'What is left of a leg when parts of it are booked.';
