create or replace function utl_private.inventory_moves(fills utl.fills[])
returns setof utl_private.inventory_move
language sql
stable
as $inventory_moves$
    select
        p.fill, m.asset_id, p.reporting_asset_id, m.quantity, m.price, m.fee, m.fee_asset_id,
        m.is_fee
    from utl_private.valued_facts(fills) as p
    cross join lateral (
        values
        (                               -- the base, which carries the fee
            p.is_owned, p.base_asset_id,
            p.quantity, p.base_price,
            case when p.is_coin_fee then (p.fill).fee else p.fee_worth end,
            case when p.is_coin_fee then p.base_asset_id else p.reporting_asset_id end,
            false
        ),
        (                               -- the quote
            p.is_owned, p.quote_asset_id,
            -p.quantity * p.price
            - case when p.paid_in_id = p.quote_asset_id then (p.fill).fee else 0 end,
            p.quote_price,
            case when p.base_asset_id = p.reporting_asset_id then p.fee_worth end,
            p.reporting_asset_id, false
        ),
        (                               -- a third coin; of what is on margin it carries the fee
            case
                when p.is_owned then p.paid_in_id not in (p.base_asset_id, p.quote_asset_id)
                else p.paid_in_id <> p.cost_asset_id
            end,
            p.paid_in_id, -(p.fill).fee, p.fee_rate,
            case when not p.is_owned then p.fee_worth end, p.reporting_asset_id, true
        )
    ) as m (is_meant, asset_id, quantity, price, fee, fee_asset_id, is_fee)
    where m.is_meant and m.asset_id <> p.reporting_asset_id and m.quantity <> 0
$inventory_moves$;

comment on function utl_private.inventory_moves(utl.fills[]) is
'What fills do to inventories: a row an asset, with the signed quantity, and the price and the fee
in the reporting currency of the book. Both sides of a trade are worth the same. The price is null
where no rate is known. A fee in the base coin is in fee, in that coin, and not in the quantity.';
