begin;
select plan(20);

create function pg_temp.reconciling_price(
    quantity numeric, average_cost numeric, target_quantity numeric, target_average_cost numeric
)
returns text
language sql
as $reconciling_price$
    select utl.reconciling_price(quantity, average_cost, target_quantity, target_average_cost)::text
$reconciling_price$;

-- Adding to a position, and taking from it.
select is(pg_temp.reconciling_price(10, 100, 15, 102), '106', 'more_is_bought_at_what_is_missing');
select is(pg_temp.reconciling_price(-10, 100, -15, 102), '106', 'more_is_sold_short_the_same');
select is(
    pg_temp.reconciling_price(150, 1.23456, 250, 1.24567), '1.262335', 'no_decimal_is_lost'
);
select is(
    pg_temp.reconciling_price(10, 100, 4, 100), '100', 'less_at_the_same_average_is_sold_at_it'
);
select is(
    pg_temp.reconciling_price(10, 100, 8, 90), '140', 'less_at_a_lower_average_is_sold_above_it'
);
select is(
    pg_temp.reconciling_price(1, 1, 4, 1.1), '1.133333333333333333', 'it_is_rounded_to_18_places'
);
select is(
    pg_temp.reconciling_price(3, 0.1, 1.00, 0.10), '0.1', 'it_is_shown_without_zeros_at_its_end'
);

-- To flat, from flat, to the other side.
select is(pg_temp.reconciling_price(10, 100, 0, 102), '100', 'to_flat_it_is_the_average_cost');
select is(
    pg_temp.reconciling_price(-10, 100, 0, null), '100', 'to_flat_it_needs_no_average_of_the_target'
);
select is(
    pg_temp.reconciling_price(10, null, 0, 102), null, 'to_flat_there_is_none_without_an_average'
);
select is(pg_temp.reconciling_price(0, null, 5, 102), '102', 'from_flat_it_is_that_of_the_target');
select is(pg_temp.reconciling_price(0, 0, -5, 102), '102', 'from_flat_to_short_it_is_the_same');
select is(
    pg_temp.reconciling_price(10, 100, -5, 102), '102', 'to_the_other_side_it_is_that_of_the_target'
);
select is(pg_temp.reconciling_price(-10, 100, 5, 102), '102', 'from_short_to_long_it_is_the_same');

-- No price does it.
select is(pg_temp.reconciling_price(10, 100, 10, 102), null, 'equal_quantities_need_no_fill');
select is(
    pg_temp.reconciling_price(10, 100, 15, null), null, 'a_target_without_an_average_has_none'
);
select is(pg_temp.reconciling_price(10, 100, 15, 0), null, 'a_target_at_no_cost_has_none');
select is(pg_temp.reconciling_price(10, 100, 15, 60), null, 'a_negative_price_is_none');
select is(pg_temp.reconciling_price(10, 90, 15, 60), null, 'a_price_of_zero_is_none');
select is(pg_temp.reconciling_price(null, 100, 15, 102), null, 'an_unknown_quantity_has_none');

select * from finish();
rollback;
