create or replace function utl_private.coin_fee(fill utl.fills, coin_asset_id integer)
returns numeric
language sql
immutable
parallel safe
as $coin_fee$
    select case
        when fill.fee_asset_id = coin_fee.coin_asset_id then fill.fee else 0
    end
$coin_fee$;

comment on function utl_private.coin_fee(utl.fills, integer) is
'What of the traded coin a fill''s fee took, positive, or gave, negative. A fee of more than
was bought takes the rest out of what was held.';
