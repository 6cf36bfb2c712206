create or replace function utl_private.coin_of(instrument_id integer, asset_id integer)
returns integer
language sql
stable
as $coin_of$
    select coalesce(
        coin_of.asset_id,
        (
            select i.base_asset_id
            from utl_private.instruments as i
            where
                i.instrument_id = coin_of.instrument_id
                and i.kind in ('spot', 'equity', 'fx')
        )
    )
$coin_of$;

comment on function utl_private.coin_of(integer, integer) is
'The asset that an account holds by holding an instrument, or the asset itself; null for
contracts.';
