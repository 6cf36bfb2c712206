-- Booking: every fill becomes a leg of each position it moves, and a fold turns legs into entries.
--
-- A leg is a signed quantity and the signed amount of cost currency that goes with it: buying 2 at
-- 50 is (+2, +100), selling 2 at 60 is (-2, -120). A position is (quantity, cost), both signed. A
-- leg that opens adds itself; a leg that closes takes its share of the cost away, and the
-- difference to its own amount is realized. So for every entry: cost after = cost before + amount +
-- realized.

create or replace function utl_private.add_other_fees(
    touched utl_private.touched[], held utl_private.position_terms[]
)
returns void
language sql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $add_other_fees$
    insert into utl_private.position_fees as o (position_id, book_id, asset_id, fees, in_cost_asset)
    select
        p.position_id, p.book_id, t.fee_asset_id, sum(t.fee),
        sum(
            case when t.fee_asset_id = p.coin_asset_id then t.fee_at_price * p.multiplier else 0 end
        )
    from unnest(touched) as t
    inner join unnest(held) as p
        on
            t.book_id = p.book_id
            and t.instrument_id = p.instrument_id
            and p.account_id in (0, t.account_id)
    where (t.fee <> 0 or t.fee_at_price <> 0) and t.fee_asset_id <> p.cost_asset_id
    group by p.position_id, p.book_id, t.fee_asset_id
    order by p.position_id, t.fee_asset_id
    on conflict on constraint position_fees_pkey do update
    set fees = o.fees + excluded.fees, in_cost_asset = o.in_cost_asset + excluded.in_cost_asset
$add_other_fees$;

comment on function utl_private.add_other_fees(
    utl_private.touched[], utl_private.position_terms[]
) is
'Adds the fees that were paid in another asset than the cost currency to the positions held, by
asset.';
