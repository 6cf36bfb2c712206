create or replace function utl_private.inverse_amount(
    quantity numeric, price numeric, multiplier numeric
)
returns numeric
language plpgsql
immutable
parallel safe
as $inverse_amount$
begin
    if price <= 0 then
        raise exception 'the price of an inverse contract must be positive'
        using
            errcode = '22U07',
            detail = format('It is %s.', price),
            hint = 'Its value is quantity × multiplier ÷ price. Is the instrument an inverse one?';
    end if;
    return utl_private.share(-quantity, multiplier, price);
end
$inverse_amount$;

comment on function utl_private.inverse_amount(numeric, numeric, numeric) is
'Signed amount of cost currency for a signed quantity of an inverse contract: −quantity × multiplier
÷ price, rounded to 18 places. 22U07: a price of 0 or less, at which it has no value.';
