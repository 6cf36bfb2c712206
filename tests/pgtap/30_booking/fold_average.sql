begin;
select plan(22);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book(b) from unnest(array[
        'desk', 'shorts', 'turns', 'thirds', 'zero', 'negative', 'huge', 'tiny'
    ]) as b;
end
$set_up$;

-- A long, built and taken down.
call trade($$ a 10:00 buy 2 @ 100 $$);
select is(
    stand('wac'), '2 at 100 cost 200, realized 0, fees 0, net 0',
    'a_first_buy_opens_a_long_at_its_price'
);
call trade($$ b 10:01 buy 1 @ 130 $$);
select is(
    stand('wac'), '3 at 110 cost 330, realized 0, fees 0, net 0',
    'a_second_buy_averages_the_cost'
);
call trade($$ c 10:02 sell 1 @ 120 $$);
select is(
    stand('wac'), '2 at 110 cost 220, realized 10, fees 0, net 10',
    'a_partial_close_realizes_and_leaves_the_average_as_it_was'
);
select is(opened('wac'), '10:00, version 3', 'a_position_is_open_since_it_left_flat');
call trade($$ d 10:03 sell 2 @ 100 $$);
select is(
    stand('wac'), '0 at - cost 0, realized -10, fees 0, net -10',
    'the_last_close_leaves_a_flat_position_that_costs_nothing'
);
select is(opened('wac'), 'flat, version 4', 'a_flat_position_is_not_open_since_any_time');
call trade($$ e 10:04 buy 1 @ 50 $$);
select is(opened('wac'), '10:04, version 5', 'a_flat_position_opens_anew');

-- A short is the mirror image.
call trade($$
    sa 10:00 sell 2 @ 100
    sb 10:01 sell 1 @ 130
$$, 'shorts');
select is(
    stand('wac', 'shorts'), '-3 at 110 cost -330, realized 0, fees 0, net 0',
    'the_cost_of_a_short_is_what_it_brought_and_negative'
);
call trade($$ sc 10:02 buy 1 @ 105 $$, 'shorts');
select is(
    stand('wac', 'shorts'), '-2 at 110 cost -220, realized 5, fees 0, net 5',
    'buying_back_below_the_average_is_a_profit'
);
call trade($$ sd 10:03 buy 2 @ 120 $$, 'shorts');
select is(
    stand('wac', 'shorts'), '0 at - cost 0, realized -15, fees 0, net -15',
    'buying_back_above_the_average_is_a_loss'
);

-- Through zero, both ways.
call trade($$
    ta 10:00 buy 2 @ 100
    tb 10:01 sell 5 @ 110
$$, 'turns');
select is(
    journal('wac', 'turns'),
    'ta1 2 200 realized 0 after 2 cost 200; '
    'tb1 -2 -220 realized 20 after 0 cost 0; '
    'tb2 -3 -330 realized 0 after -3 cost -330',
    'a_sell_through_zero_closes_the_long_and_then_opens_a_short'
);
select is(opened('wac', 'turns'), '10:01, version 1', 'a_position_that_turned_is_open_since_then');
call trade($$ tc 10:02 buy 4 @ 100 $$, 'turns');
select is(
    stand('wac', 'turns'), '1 at 100 cost 100, realized 50, fees 0, net 50',
    'a_buy_through_zero_closes_the_short_and_then_opens_a_long'
);

-- A cost that does not divide evenly: 100 for 3.
call trade($$
    ra 10:00 buy 1 @ 33
    rb 10:01 buy 2 @ 33.5
    rc 10:02 sell 1 @ 40
    rd 10:03 sell 1 @ 40
    re 10:04 sell 1 @ 40
$$, 'thirds');
select is(
    journal('wac', 'thirds'),
    'ra1 1 33 realized 0 after 1 cost 33; '
    'rb1 2 67 realized 0 after 3 cost 100; '
    'rc1 -1 -40 realized 6.666666666666666667 after 2 cost 66.666666666666666667; '
    'rd1 -1 -40 realized 6.666666666666666666 after 1 cost 33.333333333333333333; '
    're1 -1 -40 realized 6.666666666666666667 after 0 cost 0',
    'each_close_rounds_half_away_from_zero_once_and_the_last_unit_takes_the_rest'
);
select is(
    stand('wac', 'thirds'), '0 at - cost 0, realized 20, fees 0, net 20',
    'rounding_neither_makes_nor_loses_money'
);

-- Prices that futures and options have had.
call trade($$
    za 10:00 buy 1 @ 0
    zb 10:01 sell 1 @ 5
$$, 'zero');
select is(
    stand('wac', 'zero'), '0 at - cost 0, realized 5, fees 0, net 5',
    'what_was_bought_for_nothing_is_sold_at_full_profit'
);
call trade($$ na 10:00 buy 1 @ -37.63 $$, 'negative');
select is(
    stand('wac', 'negative'), '1 at -37.63 cost -37.63, realized 0, fees 0, net 0',
    'buying_at_a_negative_price_brings_money'
);
call trade($$ nb 10:01 sell 1 @ 10 $$, 'negative');
select is(
    stand('wac', 'negative'), '0 at - cost 0, realized 47.63, fees 0, net 47.63',
    'a_negative_cost_is_part_of_the_profit'
);

-- Forty digits.
call trade($$
    ha 10:00 buy 1234567890123456789012345678901234567890 @ 9876543210987654321098765432109876543210
$$, 'huge');
select is(
    stand('wac', 'huge'),
    '1234567890123456789012345678901234567890 at 9876543210987654321098765432109876543210 cost '
    || 1234567890123456789012345678901234567890 * 9876543210987654321098765432109876543210
    || ', realized 0, fees 0, net 0',
    'forty_digits_before_the_point_are_kept_exactly'
);
call trade($$
    ma 10:00 buy 0.0000000000000000000000000000000000000003 @ 0.0000000000000000000000000000000000000007
$$, 'tiny');
select is(
    stand('wac', 'tiny'),
    '0.0000000000000000000000000000000000000003 at 0 cost '
    || 0.0000000000000000000000000000000000000003 * 0.0000000000000000000000000000000000000007
    || ', realized 0, fees 0, net 0',
    'forty_digits_after_the_point_are_kept_exactly'
);
call trade($$
    mb 10:01 sell 0.0000000000000000000000000000000000000003 @ 0
$$, 'tiny');
select is(
    (
        select
            cost_after + realized_pnl
        from utl.position_entries
        where
            part = 1 and quantity < 0
            and book = 'tiny'
    ),
    -0.00000000000000000000000000000000000000000000000000000000000000000000000000000021,
    'what_is_smaller_than_the_rounding_is_still_conserved'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
