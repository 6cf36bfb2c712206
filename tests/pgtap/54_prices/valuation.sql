begin;
select plan(17);

-- One price of three.
select is(utl_private.mid_price(1, 2, 5), 5::numeric, 'the_mark_comes_first');
select is(utl_private.mid_price(1, 2, null), 1.5, 'then_the_middle');
select is(utl_private.mid_price(1, null, null), 1::numeric, 'then_the_bid');
select is(utl_private.mid_price(null, 2, null), 2::numeric, 'then_the_ask');
select is(
    utl_private.mid_price(0.00000000000000000001, 0.00000000000000000004, null),
    0.000000000000000000025, 'the_middle_is_exact'
);

select
    is(
        utl_private.valuation_price(c.quantity, c.bid, c.ask, c.mark, c.mark_at), c.price, c.name
    )
from (
    values
    (1, 1.0, 2.0, 5.0, 'bid_ask', 1.0, 'a_long_is_valued_at_bid'),
    (-1, 1.0, 2.0, 5.0, 'bid_ask', 2.0, 'a_short_is_valued_at_ask'),
    (0, 1.0, 2.0, 5.0, 'bid_ask', 5.0, 'what_is_flat_at_the_mark'),
    (1, 1.0, null, 5.0, 'bid_ask', 5.0, 'a_long_without_an_ask_at_the_mark'),
    (-1, null, 2.0, 5.0, 'bid_ask', 5.0, 'a_short_without_a_bid_at_the_mark'),
    (1, 1.0, 2.0, 5.0, 'mark', 5.0, 'a_long_at_the_mark_if_that_is_set'),
    (-1, 1.0, 2.0, null, 'mark', 1.5, 'a_short_without_a_mark_in_the_middle')
) as c (quantity, bid, ask, mark, mark_at, price, name);

-- Rates.
select is(utl_private.rate_quotient(2.50, 1), 2.5, 'what_is_not_inverted_stays_exact');
select is(
    utl_private.rate_quotient(1, 2e30), 0.000000000000000000000000000001,
    'half_of_the_30th_place_is_rounded_away_from_zero'
);
select is(utl_private.rate_quotient(0.999999, 2e30), 0::numeric, 'less_than_half_is_not');
select is(
    utl_private.rate_quotient(123456789012345678901234567890, 3),
    41152263004115226300411522630::numeric, 'large_rates_keep_every_digit'
);
select is(
    utl_private.rate_quotient(1, 7), 0.142857142857142857142857142857, 'small_ones_30_places'
);

select * from finish();
rollback;
