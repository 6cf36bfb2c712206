create or replace view utl_private.coins as
select a.asset_id
from utl_private.assets as a
where
    a.kind not in ('fiat', 'stablecoin')
    and (
        a.asset_id in (
            select i.base_asset_id from utl_private.instruments as i
            where i.instrument_id > 0
        )
        or a.asset_id not in (
            select i.quote_asset_id from utl_private.instruments as i
            where i.instrument_id > 0
        )
    );

comment on view utl_private.coins is
'Assets other than money, which is fiat, stablecoins, and what others are quoted in that itself is
never traded: BTC and BNB, but no USDT.';
