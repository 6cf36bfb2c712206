create or replace function utl.add_asset(asset text, kind text default 'crypto')
returns utl.assets
language sql
security definer
set search_path = pg_catalog, pg_temp
as $add_asset$
    insert into utl_private.assets (asset, kind)
    values (add_asset.asset, add_asset.kind)
    on conflict (asset) do nothing;
    select a.* from utl.assets as a where a.asset = add_asset.asset
$add_asset$;

comment on function utl.add_asset(text, text) is
'Adds an asset; one that is there stays as it is. kind: crypto, stablecoin, fiat, security,
commodity or other (23514 for another). Returns its row of utl.assets.';
