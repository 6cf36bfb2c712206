create or replace function utl_private.needs_positive_price(kind text)
returns boolean
language sql
immutable
parallel safe
as $needs_positive_price$
    select kind in ('spot', 'perpetual', 'equity')
$needs_positive_price$;

comment on function utl_private.needs_positive_price(text) is
'Whether instruments of a kind can have positive prices only. Futures have had prices below zero
(WTI, 2020-04-20); options expire at zero; combinations of fx are quoted as differences.';
