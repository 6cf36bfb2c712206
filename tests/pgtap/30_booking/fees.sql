begin;
select plan(20);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_asset('ETH');
    perform utl.add_asset('BNB');
    perform utl.add_book(b)
    from unnest(array['desk', 'other_assets', 'rebates', 'flips', 'lots', 'free', 'coins']) as b;
    perform utl.add_costing(b, 'wac', 'capitalizing', fees => 'capitalize')
    from unnest(array['desk', 'other_assets', 'rebates', 'flips', 'free', 'coins']) as b;
    perform utl.add_costing('lots', 'fifo', 'capitalizing', fees => 'capitalize');
end
$set_up$;

call trade($$
    a 10:00 buy 1 @ 100 fee 1 USD
    b 10:01 sell 1 @ 110 fee 2 USD
$$);
select is(
    stand('wac'), '0 at - cost 0, realized 10, fees 3, net 7',
    'expensed_fees_are_kept_beside_the_realized_pnl'
);
select is(
    stand('capitalizing'), '0 at - cost 0, realized 7, fees 3, net 7',
    'capitalized_fees_are_part_of_the_realized_pnl_and_not_taken_off_twice'
);
select is(
    journal('capitalizing'),
    'a1 1 101 realized 0 after 1 cost 101; b1 -1 -108 realized 7 after 0 cost 0',
    'a_capitalized_fee_adds_to_the_cost_of_a_buy_and_takes_from_the_proceeds_of_a_sell'
);

call trade($$
    oa 10:00 buy 1 @ 100 fee 0.001 ETH
    ob 10:01 buy 1 @ 100 fee 0.01 BNB
    oc 10:02 sell 1 @ 110 fee 0.02 BNB
    od 10:03 sell 0.5 @ 110 fee 1 USD
$$, 'other_assets');
select is(
    stand('wac', 'other_assets'), '0.5 at 100 cost 50, realized 15, fees 1, net 14',
    'fees_in_other_assets_touch_neither_cost_nor_pnl'
);
select is(
    stand('capitalizing', 'other_assets'), '0.5 at 100 cost 50, realized 14, fees 1, net 14',
    'fees_in_other_assets_are_not_capitalized'
);
select results_eq(
    $$
        select f.costing, f.asset, f.fees from utl.position_fees as f
        where f.book = 'other_assets' order by 1, 2
    $$,
    $$
        values
        ('capitalizing', 'BNB', 0.03), ('capitalizing', 'ETH', 0.001), ('capitalizing', 'USD', 1),
        ('wac', 'BNB', 0.03), ('wac', 'ETH', 0.001), ('wac', 'USD', 1.0)
    $$,
    'fees_are_shown_by_the_asset_in_which_they_were_paid'
);
call trade($$ oe 10:04 sell 0.5 @ 110 fee -0.03 BNB $$, 'other_assets');
select results_eq(
    $$
        select f.asset from utl.position_fees as f
        where f.book = 'other_assets' and f.costing = 'wac' order by 1
    $$,
    array['ETH', 'USD'],
    'an_asset_whose_fees_and_rebates_cancel_is_not_shown'
);

call trade($$
    ra 10:00 buy 1 @ 100 fee -0.5 USD
    rb 10:01 sell 1 @ 110 fee -0.25 USD
$$, 'rebates');
select is(
    stand('wac', 'rebates'), '0 at - cost 0, realized 10, fees -0.75, net 10.75',
    'a_rebate_is_a_negative_fee'
);
select is(
    stand('capitalizing', 'rebates'), '0 at - cost 0, realized 10.75, fees -0.75, net 10.75',
    'a_capitalized_rebate_is_part_of_the_realized_pnl'
);

-- A fee belongs to the whole fill: it is told once, and capitalized it is split with the amount.
call trade($$
    fa 10:00 buy 1 @ 10
    fb 10:01 sell 3 @ 10 fee 1 USD
$$, 'flips');
select results_eq(
    $$
        select e.part, e.fee, e.fees_after from utl.position_entries as e
        where e.book = 'flips' and e.costing = 'wac' order by e.effective_at, e.part
    $$,
    $$ values (1, 0.0, 0.0), (1, 1, 1), (2, 0, 1) $$,
    'a_fee_is_told_in_the_first_part_of_a_fill'
);
select is(
    journal('capitalizing', 'flips'),
    'fa1 1 10 realized 0 after 1 cost 10; '
    'fb1 -1 -9.666666666666666667 realized -0.333333333333333333 after 0 cost 0; '
    'fb2 -2 -19.333333333333333333 realized 0 after -2 cost -19.333333333333333333',
    'the_closing_part_takes_its_rounded_share_of_the_amount_and_the_opening_part_the_rest'
);

call trade($$
    la 10:00 buy 1 @ 7
    lb 10:01 buy 1 @ 8
    lc 10:02 buy 1 @ 9
    ld 10:03 sell 3 @ 10 fee 1 USD
$$, 'lots');
select is(
    matched('capitalizing', 'lots'),
    'ld closes 1 long la: 9.666666666666666667 - 7 = 2.666666666666666667; '
    'ld closes 1 long lb: 9.666666666666666667 - 8 = 1.666666666666666667; '
    'ld closes 1 long lc: 9.666666666666666666 - 9 = 0.666666666666666666',
    'each_lot_closed_takes_its_share_of_what_is_left_of_the_amount'
);
select is(
    stand('capitalizing', 'lots'), '0 at - cost 0, realized 5, fees 1, net 5',
    'together_the_lots_take_the_whole_amount'
);

call trade($$ za 10:00 buy 1 @ 100 fee 0 BNB $$, 'free');
select is_empty(
    $$ select * from utl.position_fees where book = 'free' $$, 'a_fee_of_zero_is_not_shown'
);

-- A fee in the coin: less is received, more is given away, at the price of the fill.
call trade($$
    ca 10:00 buy 1 @ 2000 fee 0.001 BTC
    cb 10:01 sell 0.5 @ 2100 fee 0.001 BTC
$$, 'coins');
select is(
    stand('wac', 'coins'), '0.498 at 2000 cost 996, realized 50.1, fees 4.1, net 46',
    'a_fee_in_the_coin_is_taken_out_of_what_is_traded_and_its_value_is_a_fee'
);
select is(
    stand('capitalizing', 'coins'),
    '0.498 at 2002.002002002002002002 cost 996.996996996996996997, '
    'realized 46.996996996996996997, fees 4.1, net 46.996996996996996997',
    'a_capitalized_fee_in_the_coin_leaves_the_cost_and_the_proceeds_what_was_paid'
);
select results_eq(
    $$
        select f.costing, f.asset, f.fees, f.in_cost_asset from utl.position_fees as f
        where f.book = 'coins' order by 1
    $$,
    $$ values ('capitalizing', 'BTC', 0.002, 4.1), ('wac', 'BTC', 0.002, 4.1) $$,
    'a_fee_in_the_coin_is_shown_in_coins_and_at_its_price'
);
call trade($$
    cc 10:02 buy 1 @ 2000 fee -0.002 BTC
    cd 10:00:30 buy 0.001 @ 2000 fee 0.001 BTC
$$, 'coins');
select is(
    stand('wac', 'coins'), '1.501 at 2000 cost 3002, realized 50.1, fees 0.1, net 50',
    'a_rebate_in_the_coin_adds_to_what_is_received_and_a_fee_of_all_of_it_is_kept_beside'
);
do $correct$
begin
    perform utl.bust_fill('main', 'cd');
    perform utl.amend_fill('main', 'cc', price => 2002);
    perform utl.amend_fill('main', 'cb', fee => 0.5, fee_asset => 'USD');
end
$correct$;
select is(
    stand('wac', 'coins'), '1.501 at 2001.335109926715522985 cost 3004.004, realized 50, '
    'fees -1.504, net 51.504',
    'corrections_of_fees_in_the_coin_restate_quantity_and_fees'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
