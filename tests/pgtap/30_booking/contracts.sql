begin;
select plan(12);

do $set_up$
begin
    perform utl.add_account('main', 'binance');
    perform utl.add_instrument(
        'GC/USD:USD-260428', multiplier => 100, expires_at => '2026-04-28 17:30Z'
    );
    perform utl.add_instrument('BTC/USD:BTC');
    perform utl.add_instrument('ETH/USD:ETH', multiplier => 10);
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo');
    perform utl.add_costing('desk', 'hifo');
    perform utl.add_costing('desk', 'lofo');
    perform utl.add_book('shorts');
end
$set_up$;

-- A gold future: one contract is 100 ounces.
call trade($$
    a 10:00 buy 2 @ 1900
    b 10:01 sell 1 @ 1910
$$, 'desk', 'GC/USD:USD-260428');
select is(
    stand('wac', 'desk', 'GC/USD:USD-260428'),
    '1 at 1900 cost 190000, realized 1000, fees 0, net 1000',
    'a_linear_contract_counts_quantity_times_multiplier_times_price'
);
select is(
    lots('fifo', 'desk', 'GC/USD:USD-260428'), 'a 1 at 1900 cost 190000',
    'unit_cost_is_in_terms_of_the_price'
);

-- An inverse perpetual: one contract is 1 USD, profit is paid in BTC.
call trade($$
    ia 10:00 buy 1000 @ 10000
    ib 10:01 buy 1000 @ 20000
$$, 'desk', 'BTC/USD:BTC');
select is(
    stand('wac', 'desk', 'BTC/USD:BTC'),
    '2000 at 13333.333333333333333333 cost -0.15, realized 0, fees 0, net 0',
    'the_average_price_of_an_inverse_contract_is_the_harmonic_mean'
);
call trade($$ ic 10:02 sell 2000 @ 15000 $$, 'desk', 'BTC/USD:BTC');
select is(
    stand('wac', 'desk', 'BTC/USD:BTC'),
    '0 at - cost 0, realized 0.016666666666666667, fees 0, net 0.016666666666666667',
    'an_inverse_long_gains_above_its_harmonic_mean'
);
select is(
    matched('fifo', 'desk', 'BTC/USD:BTC'),
    'ic closes 1000 long ia: -0.066666666666666667 - -0.1 = 0.033333333333333333; '
    'ic closes 1000 long ib: -0.066666666666666666 - -0.05 = -0.016666666666666666',
    'each_lot_of_an_inverse_contract_realizes_on_its_own'
);
select matches(
    matched('hifo', 'desk', 'BTC/USD:BTC'), '^ic closes 1000 long ib: ',
    'hifo_closes_the_inverse_long_bought_at_the_highest_price'
);
select matches(
    matched('lofo', 'desk', 'BTC/USD:BTC'), '^ic closes 1000 long ia: ',
    'lofo_closes_the_inverse_long_bought_at_the_lowest_price'
);
select results_eq(
    $$
        select m.open_price, m.close_price from utl.lot_matches as m
        where m.instrument = 'BTC/USD:BTC' and m.costing = 'fifo' order by m.part
    $$,
    $$
        values (10000.0, 14999.999999999999925), (20000.0, 15000.00000000000015)
    $$,
    'prices_of_matches_are_those_of_their_rounded_amounts'
);
select is(
    (
        select u.cost_asset from utl.unit_costs as u
        where u.instrument = 'BTC/USD:BTC' and u.is_primary
    ),
    'BTC', 'an_inverse_contract_counts_in_its_base'
);
call trade($$
    sa 10:00 sell 1000 @ 10000
    sb 10:01 buy 1000 @ 8000
$$, 'shorts', 'BTC/USD:BTC');
select is(
    stand('wac', 'shorts', 'BTC/USD:BTC'), '0 at - cost 0, realized 0.025, fees 0, net 0.025',
    'an_inverse_short_gains_when_the_price_falls'
);
call trade($$
    ea 10:00 sell 3 @ 2000
    eb 10:01 buy 1 @ 2500 fee 0.0001 ETH
$$, 'shorts', 'ETH/USD:ETH');
select is(
    stand('wac', 'shorts', 'ETH/USD:ETH'),
    '-2 at 2000 cost 0.01, realized -0.001, fees 0.0001, net -0.0011',
    'an_inverse_contract_has_its_multiplier_in_the_quote_asset'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
