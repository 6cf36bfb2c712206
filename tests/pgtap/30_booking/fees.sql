begin;
select plan(30);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_asset('ETH');
    perform utl.add_asset('BNB');
    perform utl.add_book(b)
    from unnest(array[
        'desk', 'other_assets', 'rebates', 'flips', 'lots', 'free', 'coins', 'all'
    ]) as b;
    perform utl.add_costing(b, 'wac', 'capitalizing', fees => 'capitalize')
    from unnest(array['desk', 'other_assets', 'rebates', 'flips', 'free', 'coins', 'all']) as b;
    perform utl.add_costing('lots', 'fifo', 'capitalizing', fees => 'capitalize');
    perform utl.add_costing('all', 'fifo');
    perform utl.add_costing('all', 'lifo');
    perform utl.add_costing('all', 'hifo', 'by cost', fees => 'capitalize', rank_by => 'unit_cost');
    perform utl.add_costing('all', 'fifo', 'coins', basis => 'asset');
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
    stand('wac', 'coins'), '1.5 at 2000 cost 3000, realized 50.1, fees 2.1, net 48',
    'a_rebate_in_the_coin_adds_to_what_is_received_and_a_fee_of_all_that_was_bought_is_expensed'
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

-- Of dust a venue may take all as its fee, or more than all.
call trade($$ aa 10:01 buy 1 @ 2000 fee 1 BTC $$, 'all');
select results_eq(
    $$
        select u.costing, stand(u.costing, 'all', u.instrument)
        from utl.unit_costs as u
        where u.book = 'all'
        order by 1
    $$,
    $$
        values
        ('by cost', '0 at - cost 0, realized -2000, fees 2000, net -2000'),
        ('capitalizing', '0 at - cost 0, realized -2000, fees 2000, net -2000'),
        ('coins', '0 at - cost 0, realized 0, fees 2000, net -2000'),
        ('fifo', '0 at - cost 0, realized 0, fees 2000, net -2000'),
        ('lifo', '0 at - cost 0, realized 0, fees 2000, net -2000'),
        ('wac', '0 at - cost 0, realized 0, fees 2000, net -2000')
    $$,
    'a_fee_in_the_coin_of_all_that_was_bought_is_expensed_and_opens_nothing'
);
call trade($$
    ab 10:00 buy 1 @ 1000
    ac 10:02 buy 1 @ 1200
    ad 10:03 buy 1 @ 2000 fee 1.5 BTC
    ae 10:04 sell 0.5 @ 2000 fee 0.5 BTC
    af 10:05 buy 1 @ 2100 fee 1 BTC
$$, 'all');
select is(
    matched('fifo', 'all'),
    'ad closes 0.5 long ab: 1000 - 500 = 500; ae closes 0.5 long ab: 1000 - 500 = 500; '
    'ae closes 0.5 long ac: 1000 - 600 = 400',
    'a_fee_of_more_than_was_bought_takes_the_rest_from_the_lots_at_the_price_of_the_fill'
);
select is(
    stand('fifo', 'all'), '0.5 at 1200 cost 600, realized 1400, fees 8100, net -6700',
    'each_such_fee_is_expensed_at_the_price_of_its_fill'
);
select is(
    (
        select string_agg(e.effect, ', ' order by e.effective_at, e.part)
        from utl.position_entries as e
        where e.book = 'all' and e.costing = 'fifo'
    ),
    'open, fee, open, close, close, close, fee',
    'the_journal_names_the_fee_that_took_all'
);
select results_eq(
    $$
        select f.asset, f.fees, f.in_cost_asset from utl.position_fees as f
        where f.book = 'all' and f.costing = 'fifo'
    $$,
    $$ values ('BTC', 4.0, 8100.0) $$,
    'such_fees_are_shown_in_coins_and_at_their_prices'
);
select results_eq(
    $$
        select h.asset, h.quantity from utl.book_holdings as h
        where h.book = 'all' order by 1
    $$,
    $$ values ('BTC', 0.5), ('USD', -7300.0) $$,
    'the_account_holds_what_the_position_has'
);
do $choose$
begin
    perform utl.choose_lots(
        (
            select jsonb_agg(jsonb_build_object('lot_id', f.fill_id))
            from utl.fills as f
            where f.venue_fill_id = 'ac'
        ),
        'main', n
    )
    from unnest(array['ad', 'ag']) as n;
end
$choose$;
call trade($$ ag 10:06 buy 1 @ 2100 fee 1 BTC $$, 'all');
select is(
    matched('fifo', 'all'),
    'ad closes 0.5 long ac: 1000 - 600 = 400; ae closes 1 long ab: 2000 - 1000 = 1000',
    'lots_may_be_chosen_for_what_it_takes'
);
select is(audit(), 'sound', 'the_ledger_is_sound_with_fees_of_all_that_was_bought');
do $bust$
begin
    perform utl.bust_fill('main', n) from unnest(array['aa', 'ad', 'ae', 'af', 'ag']) as n;
end
$bust$;
select is(
    stand('fifo', 'all'), '2 at 1100 cost 2200, realized 0, fees 0, net 0',
    'such_fees_can_be_taken_back'
);

-- Alone in its statement, which is booked by the short way.
call trade($$ le 11:00 buy 3 @ 10 fee 0.1 BTC $$, 'lots');
call trade($$ lf 11:01 buy 1 @ 10 fee 1 BTC $$, 'lots');
call trade($$ lg 11:02 buy 1 @ 12 fee 1.5 BTC $$, 'lots');
select is(
    lots('capitalizing', 'lots'), 'le 2.4 at 10.344827586206896552 cost 24.827586206896551724',
    'a_fill_that_comes_alone_leaves_no_lot_of_nothing'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
