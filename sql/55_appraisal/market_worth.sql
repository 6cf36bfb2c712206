create or replace function utl_private.market_worth(
    quantity numeric, price numeric, multiplier numeric, is_inverse boolean
)
returns numeric
language sql
immutable
parallel safe
as $market_worth$
    select case
        when quantity = 0 then 0
        when is_inverse and price <= 0 then null
        else utl_private.leg_amount(quantity, price, multiplier, is_inverse)
    end
$market_worth$;

comment on function utl_private.market_worth(numeric, numeric, numeric, boolean) is
'What a quantity is worth at a price, as an amount of the cost asset, of the same sign as its cost
(utl_private.leg_amount); null without a price, and for an inverse contract at 0 or less; nothing is
worth 0 at any price.';
