create or replace function utl_private.coin_fee(fill utl.fills, coin_asset_id integer)
returns numeric
language sql
immutable
parallel safe
as $coin_fee$
    select case
        when fill.fee_asset_id = coin_fee.coin_asset_id and abs(fill.fee) < fill.quantity
            then fill.fee
        else 0
    end
$coin_fee$;

comment on function utl_private.coin_fee(utl.fills, integer) is
'What of the traded coin a fill''s fee took, positive, or gave, negative. A fee of all that was
traded, or more, cannot have been taken out of it: it is kept as a fee in another asset.';
