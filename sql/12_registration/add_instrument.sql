create or replace function utl.add_instrument(
    instrument text,
    kind text default null,
    base text default null,
    quote text default null,
    settlement text default null,
    multiplier numeric default 1,
    is_inverse boolean default null,
    expires_at timestamptz default null
)
returns utl.instruments
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_instrument$
declare
    _instrument utl.instruments;
    _said record;
begin
    select
        coalesce(add_instrument.kind, s.kind) as kind,
        coalesce(add_instrument.base, s.base) as base,
        coalesce(add_instrument.quote, s.quote) as quote,
        coalesce(add_instrument.settlement, s.settlement, add_instrument.quote) as settlement,
        coalesce(add_instrument.expires_at, s.expires_at) as expires_at
    into _said
    from utl_private.parse_symbol(instrument) as s;
    if _said.kind is null or _said.base is null or _said.quote is null then
        raise exception 'instrument % does not say what it is', coalesce(instrument, 'null')
        using
            errcode = '22U02',
            detail = format(
                'kind %s, base %s, quote %s',
                coalesce(_said.kind, '?'), coalesce(_said.base, '?'), coalesce(_said.quote, '?')
            ),
            hint = 'Use a symbol like BTC/USDT or BTC/USDT:USDT, or give kind, base and quote.';
    end if;
    is_inverse := coalesce(
        is_inverse,
        _said.kind in ('perpetual', 'future')
        and _said.settlement = _said.base and _said.settlement <> _said.quote
    );
    perform utl.add_asset(a) from unnest(array[_said.base, _said.quote, _said.settlement]) as a;
    insert into utl_private.instruments (
        instrument, kind, base_asset_id, quote_asset_id, settlement_asset_id, cost_asset_id,
        multiplier, is_inverse, expires_at
    )
    values (
        add_instrument.instrument, _said.kind, utl.asset_id(_said.base), utl.asset_id(_said.quote),
        utl.asset_id(_said.settlement), utl.asset_id(_said.settlement),
        add_instrument.multiplier, add_instrument.is_inverse, _said.expires_at
    )
    on conflict on constraint instruments_are_named_once do nothing;
    select i.* into _instrument from utl.instruments as i
    where i.instrument = add_instrument.instrument;
    perform utl_private.refuse_other_terms(
        _instrument,
        row(
            _instrument.instrument_id, instrument, _said.kind, _said.base, _said.quote,
            _said.settlement, _said.settlement, multiplier, is_inverse, _said.expires_at
        )::utl.instruments
    );
    return _instrument;
end
$add_instrument$;

comment on function utl.add_instrument(
    text, text, text, text, text, numeric, boolean, timestamptz
) is
'Adds an instrument. What is not given is read from a symbol of ccxt''s form; assets are added as
need be. multiplier: size of a contract in the base asset (inverse: in the quote asset). Repeating
it changes nothing. 22U02: neither symbol nor arguments say kind, base and quote; 23U02: it is
there with other terms; 23514: unknown kind, or a multiplier that is not positive. Returns its row
of utl.instruments.';
