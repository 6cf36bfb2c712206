create or replace function utl_private.as_built(held utl_private.position_terms)
returns utl_private.position_terms
language plpgsql
immutable
as $as_built$
begin
    held.family := utl_private.family_of(held.method, held.has_transactions);
    return held;
end
$as_built$;

comment on function utl_private.as_built(utl_private.position_terms) is
'A position of a costing that is being built, on the terms on which it is booked when that is
done.';
