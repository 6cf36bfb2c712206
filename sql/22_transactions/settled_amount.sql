create or replace function utl_private.settled_amount(
    instrument_id integer, quantity numeric, price numeric
)
returns numeric
language plpgsql
stable
as $settled_amount$
declare
    _instrument utl_private.instruments;
begin
    select i.* into _instrument
    from utl_private.instruments as i
    where i.instrument_id = settled_amount.instrument_id;
    if _instrument.kind = 'option' and price < 0 then
        raise exception 'an option does not settle at a negative price'
        using
            errcode = '22U08',
            detail = format('%s, at %s.', _instrument.instrument, price),
            hint = 'Give what the option is worth: 0 if it lapses.';
    end if;
    return trim_scale(case
        when _instrument.is_inverse
            then -utl_private.inverse_amount(abs(quantity), price, _instrument.multiplier)
        else abs(quantity) * _instrument.multiplier * price
    end);
end
$settled_amount$;

comment on function utl_private.settled_amount(integer, numeric, numeric) is
'What a quantity of an instrument, long or short, is worth at a price, in the cost asset. 22U07: an
inverse contract at a price of 0 or less; 22U08: an option at a negative price.';
