create or replace function utl_private.coin_name(instrument text, asset text, fee numeric)
returns text
language sql
stable
as $coin_name$
    select a.asset
    from utl_private.assets as a
    where
        coin_name.fee <> 0
        and a.asset_id = utl_private.coin_of(
            case when instrument is not null then utl.instrument_id(instrument) end,
            case when coin_name.asset is not null then utl.asset_id(coin_name.asset) end
        )
$coin_name$;

comment on function utl_private.coin_name(text, text, numeric) is
'The coin in which a transfer pays its fee; null where there is none. 22U01: an unknown name.';
