-- Booking: every fill becomes a leg of each position it moves, and a fold turns legs into entries.
--
-- A leg is a signed quantity and the signed amount of cost currency that goes with it: buying 2 at
-- 50 is (+2, +100), selling 2 at 60 is (-2, -120). A position is (quantity, cost), both signed. A
-- leg that opens adds itself; a leg that closes takes its share of the cost away, and the
-- difference to its own amount is realized. So for every entry: cost after = cost before + amount +
-- realized.

create or replace function utl_private.add_flows(touched utl_private.touched[])
returns void
language plpgsql
as $add_flows$
begin
    insert into utl_private.flows as o (
        book_id, account_id, instrument_id, asset_id, kind, quantity, notional, received, at_price
    )
    select
        t.book_id, t.account_id, t.instrument_id, coalesce(t.fee_asset_id, 0), 'fill',
        t.quantity, t.notional, -t.fee, -t.fee_at_price
    from unnest(touched) as t
    where t.quantity <> 0 or t.notional <> 0 or t.fee <> 0 or t.fee_at_price <> 0
    order by t.book_id, t.instrument_id, t.account_id, t.fee_asset_id
    on conflict on constraint flows_pkey do update
    set
        quantity = o.quantity + excluded.quantity, notional = o.notional + excluded.notional,
        received = o.received + excluded.received, at_price = o.at_price + excluded.at_price;
end
$add_flows$;

comment on function utl_private.add_flows(utl_private.touched[]) is
'Adds what fills moved to the flows of their books, accounts and instruments. Whoever gets here has
locked the positions of these, so nobody waits for the rows of another here.';
