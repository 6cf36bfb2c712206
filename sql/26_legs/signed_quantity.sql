create or replace function utl_private.signed_quantity(side text, quantity numeric)
returns numeric
language sql
immutable
parallel safe
as $signed_quantity$
    select case when side = 'buy' then quantity else -quantity end
$signed_quantity$;

comment on function utl_private.signed_quantity(text, numeric) is
'A fill''s quantity as its position sees it: positive bought, negative sold.';
