create or replace view utl_private.check_other_fees_are_those_of_fills as
with facts as (
    select
        t.position_id, f.fee_asset_id as asset_id, sum(f.fee) as fees,
        sum(
            utl_private.coin_fee(row(f.*)::utl.fills, t.coin_asset_id) * t.multiplier * f.price
        ) as in_cost_asset
    from utl.effective_fills as f
    inner join utl_private.position_terms as t
        on
            f.book_id = t.book_id
            and f.instrument_id = t.instrument_id
            and t.account_id in (0, f.account_id)
    where t.family <> 'deferred' and f.fee <> 0 and f.fee_asset_id <> t.cost_asset_id
    group by t.position_id, f.fee_asset_id
)

select
    coalesce(f.position_id, p.position_id) as position_id,
    coalesce(f.asset_id, p.asset_id) as asset_id,
    f.fees as fees_of_fills,
    p.fees
from facts as f
full join utl_private.position_fees as p
    on f.position_id = p.position_id and f.asset_id = p.asset_id
left join utl_private.position_terms as b on p.position_id = b.position_id
where
    (coalesce(f.fees, 0), coalesce(f.in_cost_asset, 0))
    <> (coalesce(p.fees, 0), coalesce(p.in_cost_asset, 0))
    and b.family is distinct from 'deferred';

comment on view utl_private.check_other_fees_are_those_of_fills is
'The fees of a position in another asset than its cost currency are those of its fills';
