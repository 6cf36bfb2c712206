create or replace function utl_private.names_unknown(touched utl_private.touched[])
returns boolean
language sql
stable
as $names_unknown$
    with named as (
        select distinct
            t.account_id, t.fee_asset_id, t.instrument_id < 0 and t.quantity <> 0 as is_inventory
        from unnest(touched) as t
    )

    select bool_or(
        n.is_inventory or a.account_id is null
        or (n.fee_asset_id is not null and f.asset_id is null)
    )
    from named as n
    left join utl_private.accounts as a on n.account_id = a.account_id
    left join utl_private.assets as f on n.fee_asset_id = f.asset_id
$names_unknown$;

comment on function utl_private.names_unknown(utl_private.touched[]) is
'Whether fills are in an account that is not there, pay their fee in such an asset, or trade an
inventory, which only the ledger does.';
