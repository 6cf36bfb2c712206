create or replace function utl.asset_id(asset text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $asset_id$
declare
    _asset_id integer;
begin
    select t.asset_id into _asset_id
    from utl_private.assets as t
    where t.asset = asset_id.asset;
    if not found then
        perform utl_private.refuse_name(
            'asset', asset_id.asset, array(select t.asset from utl_private.assets as t)
        );
    end if;
    return _asset_id;
end
$asset_id$;

comment on function utl.asset_id(text) is
'The id of the asset of that name. 22U01 if there is none; the hint has the nearest known names.';
