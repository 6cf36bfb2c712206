begin;
select plan(10);

create function pg_temp.average_cost(
    quantity numeric, cost numeric, multiplier numeric default 1, is_inverse boolean default false
)
returns text
language sql
as $average_cost$
    select utl_private.average_cost(quantity, cost, multiplier, is_inverse)::text
$average_cost$;

select is(pg_temp.average_cost(2, 220), '110', 'it_is_cost_by_quantity');
select is(pg_temp.average_cost(-2, -220), '110', 'it_is_positive_for_a_short');
select is(pg_temp.average_cost(2, -220), '-110', 'it_is_negative_where_buying_brought_money');
select is(pg_temp.average_cost(2, 380000, 100), '1900', 'it_is_in_terms_of_the_price');
select is(pg_temp.average_cost(3, 100), '33.333333333333333333', 'it_is_rounded_for_show');
select is(pg_temp.average_cost(0, 0), null, 'a_flat_position_has_none');
select is(pg_temp.average_cost(1, 0), '0', 'what_was_had_for_nothing_has_one_of_zero');
select is(
    pg_temp.average_cost(2000, -0.15, 1, true), '13333.333333333333333333',
    'it_is_harmonic_for_an_inverse_contract'
);
select is(pg_temp.average_cost(-3, 0.015, 10, true), '2000', 'it_counts_an_inverse_multiplier');
select is(pg_temp.average_cost(3, 0, 1, true), null, 'an_inverse_cost_of_zero_has_none');

select * from finish();
rollback;
