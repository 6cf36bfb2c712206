begin;
select plan(13);

select is(
    utl_private.lot_rank(m, 2, 200, 5, false, true), 0::numeric,
    m || '_ranks_by_time_alone'
)
from unnest(array['wac', 'fifo', 'lifo']) as m;
select ok(
    utl_private.lot_rank('hifo', 1, 110, 0, false, false)
    < utl_private.lot_rank('hifo', 2, 200, 0, false, false),
    'hifo_puts_the_higher_unit_cost_first_not_the_higher_cost'
);
select ok(
    utl_private.lot_rank('lofo', 2, 200, 0, false, false)
    < utl_private.lot_rank('lofo', 1, 110, 0, false, false),
    'lofo_puts_the_lower_unit_cost_first'
);
select ok(
    utl_private.lot_rank('hifo', -1, -90, 0, false, false)
    < utl_private.lot_rank('hifo', -1, -100, 0, false, false),
    'hifo_puts_the_short_sold_lowest_first'
);
select ok(
    utl_private.lot_rank('lofo', -1, -100, 0, false, false)
    < utl_private.lot_rank('lofo', -1, -90, 0, false, false),
    'lofo_puts_the_short_sold_highest_first'
);
select is(
    utl_private.lot_rank('hifo', 1, 100, 5, false, true), -105::numeric,
    'with_the_fee_the_unit_cost_of_a_buy_is_higher'
);
select is(
    utl_private.lot_rank('hifo', -1, -100, 5, false, true), 95::numeric,
    'with_the_fee_the_proceeds_of_a_sell_are_lower'
);
select is(
    utl_private.lot_rank('hifo', 1, 105, 5, true, true), -105::numeric,
    'a_fee_that_is_in_the_amount_is_not_added_again'
);
select is(
    utl_private.lot_rank('hifo', 1, 105, 5, true, false), -100::numeric,
    'a_fee_that_is_in_the_amount_is_taken_out_of_the_bare_price'
);
select is(
    utl_private.lot_rank('lofo', 3, 100, 0, false, false), 33.333333333333333333,
    'ranks_are_rounded_as_costs_are'
);
select is(
    utl_private.lot_rank('hifo', 3, 300.0, 0, false, false),
    utl_private.lot_rank('hifo', 7, 700.00, 0, false, false),
    'one_price_in_different_quantities_is_one_rank'
);

select * from finish();
rollback;
