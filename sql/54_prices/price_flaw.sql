create or replace function utl_private.price_flaw(price jsonb)
returns text
language sql
immutable
parallel safe
as $price_flaw$
    select case
        when num_nonnulls(
            price ->> 'instrument', coalesce(price ->> 'base', price ->> 'quote')
        ) <> 1
            then 'neither an instrument alone nor base and quote alone'
        when not (price ?| array['instrument', 'base']) then 'base is missing'
        when not (price ?| array['instrument', 'quote']) then 'quote is missing'
        when price ->> 'base' = price ->> 'quote'
            then 'base and quote are the same: ' || utl_private.quote_shortly(price ->> 'base')
        when not price ? 'source' then 'source is missing'
        when not price ?| array['bid', 'ask', 'mark'] then 'neither bid nor ask nor mark is given'
        when not utl_private.is_decimal(coalesce(price ->> 'bid', '0'))
            then 'bid is not a finite number: ' || utl_private.quote_shortly(price ->> 'bid')
        when not utl_private.is_decimal(coalesce(price ->> 'ask', '0'))
            then 'ask is not a finite number: ' || utl_private.quote_shortly(price ->> 'ask')
        when not utl_private.is_decimal(coalesce(price ->> 'mark', '0'))
            then 'mark is not a finite number: ' || utl_private.quote_shortly(price ->> 'mark')
        when not utl_private.is_decimal(coalesce(price ->> 'delta', '0'))
            then 'delta is not a finite number: ' || utl_private.quote_shortly(price ->> 'delta')
        when abs((price ->> 'delta')::numeric) > 1
            then format('delta is not between -1 and 1: %s', price ->> 'delta')
        when (price ->> 'bid')::numeric > (price ->> 'ask')::numeric
            then format('bid is above ask: %s > %s', price ->> 'bid', price ->> 'ask')
        when not price ? 'at' then 'at is missing'
    end
$price_flaw$;

comment on function utl_private.price_flaw(jsonb) is
'Why an object without empty values cannot be a price, as far as it tells itself; null if it can.';
