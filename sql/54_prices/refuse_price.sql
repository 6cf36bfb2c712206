create or replace function utl_private.refuse_price(price utl.prices, kind text)
returns void
language plpgsql
as $refuse_price$
declare
    _what text := case
        when price.instrument_id is not null then format('instrument %s', price.instrument_id)
        else format('assets %s and %s', price.base_asset_id, price.quote_asset_id)
    end;
begin
    if utl_private.is_ahead(price.at) then
        raise exception 'a price is from the future: %', price.at
        using
            errcode = '22U10',
            detail = format('%s, source %s', _what, price.source),
            hint = 'Prices are at most a minute ahead of the clock here. Is the time zone right?';
    elsif price.instrument_id is null or kind is null then
        raise exception 'a price refers to unknown %', _what
        using
            errcode = '23U01',
            detail = 'No price of this statement was recorded.',
            hint = 'Ids are those of utl.instruments and utl.assets.';
    elsif price.delta is not null and kind <> 'option' then
        raise exception 'only an option has a delta'
        using
            errcode = '22U11',
            detail = format('%s, kind %s, source %s', _what, kind, price.source),
            hint = 'What is held itself, or by a linear or inverse contract, moves with its price.';
    end if;
    raise exception 'a price is not positive: %', least(price.bid, price.ask, price.mark)
    using
        errcode = '22U11',
        detail = format('%s, kind %s, source %s', _what, kind, price.source),
        hint = 'Only futures, options and fx can have prices of 0 and below.';
end
$refuse_price$;

comment on function utl_private.refuse_price(utl.prices, text) is
'Raises why a price is impossible: 22U10 from the future; 23U01 of an instrument or an asset that is
not there; 22U11 not positive, or with a delta that it cannot have. kind is that of its
instrument.';
