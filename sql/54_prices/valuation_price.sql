create or replace function utl_private.valuation_price(
    quantity numeric, bid numeric, ask numeric, mark numeric, mark_at text
)
returns numeric
language sql
immutable
parallel safe
return case
    when mark_at = 'bid_ask' and quantity > 0 and num_nonnulls(bid, ask) = 2 then bid
    when mark_at = 'bid_ask' and quantity < 0 and num_nonnulls(bid, ask) = 2 then ask
    else utl_private.mid_price(bid, ask, mark)
end;

comment on function utl_private.valuation_price(numeric, numeric, numeric, numeric, text) is
'The price at which a quantity is valued, by the setting mark_at. bid_ask: a long at bid and a short
at ask, where both are given. Else, and with mark, utl_private.mid_price.';
