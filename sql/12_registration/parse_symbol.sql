create or replace function utl_private.parse_symbol(
    symbol text,
    out kind text, out base text, out quote text, out settlement text, out expires_at timestamptz
)
language plpgsql
immutable
as $parse_symbol$
declare
    _parts text[] := regexp_match(
        symbol,
        '^([^/:\s]+)/([^/:\s-]+)(?::([^/:\s-]+)'
        '(?:-(\d\d(?!00)\d\d(?!00)\d\d)(?:-([\d.]+)-([CP]))?)?)?$'
    );
begin
    base := _parts[1];
    quote := _parts[2];
    settlement := coalesce(_parts[3], _parts[2]);
    kind := case
        when _parts is null then null
        when _parts[5] is not null then 'option'
        when _parts[4] is not null then 'future'
        when _parts[3] is not null then 'perpetual'
        else 'spot'
    end;
    if _parts[4] is not null then       -- derivatives of crypto venues expire at 08:00 UTC
        expires_at := (to_date(_parts[4], 'YYMMDD') + time '08:00') at time zone 'UTC';
    end if;
exception
    when datetime_field_overflow then   -- 261399 is no date, so this is no symbol
        select null, null, null, null into kind, base, quote, settlement;
end
$parse_symbol$;

comment on function utl_private.parse_symbol(text) is
'What a symbol of ccxt''s unified form says: BTC/USDT is spot, BTC/USDT:USDT a linear perpetual,
BTC/USD:BTC an inverse one, BTC/USDT:USDT-261225 a future, …-100000-C an option. All null for
another form. Source: the ccxt manual, section on contract naming.';
