begin;
select plan(23);

create function pg_temp.share(total numeric, part numeric, whole numeric)
returns text
language sql
as $share$
    select trim_scale(utl_private.share(total, part, whole))::text
$share$;

select is(pg_temp.share(100, 1, 4), '25', 'a_share_that_comes_out_even_is_exact');
select is(pg_temp.share(100, 1, 3), '33.333333333333333333', 'a_third_is_rounded_to_18_places');
select is(pg_temp.share(200, 1, 3), '66.666666666666666667', 'two_thirds_are_rounded_up');
select is(pg_temp.share(-200, 1, 3), '-66.666666666666666667', 'a_negative_share_mirrors_it');
select is(pg_temp.share(200, -1, 3), '-66.666666666666666667', 'signs_cancel_as_in_any_product');
select is(pg_temp.share(-200, -1, -3), '-66.666666666666666667', 'three_signs_are_one');
select is(
    pg_temp.share(0.000000000000000001, 1, 2), '0.000000000000000001',
    'a_tie_is_rounded_away_from_zero'
);
select is(
    pg_temp.share(-0.000000000000000001, 1, 2), '-0.000000000000000001',
    'a_negative_tie_is_rounded_away_from_zero'
);
select is(
    pg_temp.share(0.000000000000000003, 1, 2), '0.000000000000000002',
    'a_tie_is_not_rounded_to_even'
);
select is(
    pg_temp.share(0.000000000000000005, 1, 2), '0.000000000000000003',
    'a_tie_is_not_rounded_to_even_either_way'
);
select is(
    pg_temp.share(0.00000000000000000099999999999999999999999999999999999999999999999999, 1, 2),
    '0', 'what_is_just_below_a_tie_is_rounded_down'
);
select is(
    pg_temp.share(0.00000000000000000100000000000000000000000000000000000000000000000001, 1, 2),
    '0.000000000000000001', 'what_is_just_above_a_tie_is_rounded_up'
);
select is(
    pg_temp.share(1, 1, 3000000000000000000), '0', 'a_third_of_the_last_place_is_nothing'
);
select is(
    pg_temp.share(5, 1, 3000000000000000000), '0.000000000000000002',
    'five_thirds_of_the_last_place_are_two'
);
select is(
    pg_temp.share(12345678901234567890123456789012345678.9, 7, 9),
    '9602194700960219470096021947009602194.7', 'large_totals_keep_all_their_digits'
);
select is(
    pg_temp.share(100000000000000000000000000000000000000.0, 1, 7),
    '14285714285714285714285714285714285714.285714285714285714',
    'large_shares_have_18_places_too'
);
select is(
    pg_temp.share(1, 1, 0.0000000000000000000000000000000000000007),
    '1428571428571428571428571428571428571428.571428571428571429',
    'a_tiny_whole_keeps_all_digits'
);
select is(
    pg_temp.share(100.00, 1, 3), pg_temp.share(100, 1, 3), 'trailing_zeros_do_not_matter'
);
select is(pg_temp.share(7, 3, 3), '7', 'the_whole_is_the_whole');
select is(pg_temp.share(0, 3, 7), '0', 'a_share_of_nothing_is_nothing');
-- The quotient itself is a tie, or a hair beside one, only at the 60th place.
select is(
    pg_temp.share(0.5, 0.000000000000000001, 1), '0.000000000000000001',
    'products_round_once'
);
select is(
    pg_temp.share(
        0.0000000000000000014999999999999999999999999999999999999999, 1, 1
    ),
    '0.000000000000000001', 'a_long_fraction_is_not_rounded_twice'
);
select is(
    pg_temp.share(9007199254740993, 9007199254740993, 9007199254740992),
    trim_scale(
        round(9007199254740994 + 1 / 9007199254740992.0000000000000000000000000000, 18)
    )::text,
    'what_a_double_cannot_hold_is_exact_here'
);

select * from finish();
rollback;
