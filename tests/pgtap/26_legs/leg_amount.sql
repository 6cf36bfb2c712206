begin;
select plan(11);

create function pg_temp.leg_amount(
    quantity numeric, price numeric, multiplier numeric default 1, is_inverse boolean default false
)
returns text
language sql
as $leg_amount$
    select trim_scale(utl_private.leg_amount(quantity, price, multiplier, is_inverse))::text
$leg_amount$;

select is(pg_temp.leg_amount(2, 50), '100', 'buying_costs');
select is(pg_temp.leg_amount(-2, 60), '-120', 'selling_brings');
select is(pg_temp.leg_amount(2, 1900, 100), '380000', 'a_contract_counts_its_multiplier');
select is(pg_temp.leg_amount(2, 0), '0', 'a_price_of_zero_costs_nothing');
select is(pg_temp.leg_amount(2, -37.63), '-75.26', 'a_negative_price_brings_money_to_the_buyer');
select is(
    pg_temp.leg_amount(0.123456789012345678901234567890, 0.1, 0.01),
    '0.00012345678901234567890123456789', 'linear_amounts_are_exact_to_any_digit'
);
select is(
    pg_temp.leg_amount(1000, 10000, 1, true), '-0.1', 'buying_an_inverse_contract_is_negative'
);
select is(
    pg_temp.leg_amount(-2000, 15000, 1, true), '0.133333333333333333',
    'inverse_amounts_are_rounded_to_18_places'
);
select is(
    pg_temp.leg_amount(3, 2000, 10, true), '-0.015', 'an_inverse_contract_counts_its_multiplier'
);
select
    throws_ok(
        format('select pg_temp.leg_amount(1, %s, 1, true)', p.price),
        '22U07', 'the price of an inverse contract must be positive',
        format('an_inverse_contract_has_no_price_of_%s', p.price)
    )
from unnest(array[-8, 0]) as p (price);

select * from finish();
rollback;
