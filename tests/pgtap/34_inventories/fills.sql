begin;
select plan(17);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument(i) from unnest(array[
        'BTC/USD', 'ETH/BTC', 'USD/EUR', 'XRP/SOL', 'BTC/USD:USD'
    ]) as i;
    perform utl.add_asset('BNB');
    perform utl.add_book('desk', 'USD', method => 'fifo', basis => 'asset');
    perform utl.add_costing('desk', 'wac', 'with fees', fees => 'capitalize', basis => 'asset');
    perform utl.add_costing('desk', 'fifo', 'by instrument');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    select t.at, utl.asset_id(t.base), utl.asset_id('USD'), 'test', t.mark
    from (
        values
        ('2026-01-05 09:00Z'::timestamptz, 'BTC', 100), ('2026-01-05 10:00Z', 'BTC', 110),
        ('2026-01-05 09:00Z', 'BNB', 5)
    ) as t (at, base, mark);
end
$set_up$;

call trade('a 09:10 buy 10 @ 100');
select is(
    stand('fifo', 'desk', 'BTC in USD'), '10 at 100 cost 1000, realized 0, fees 0, net 0',
    'what_is_bought_with_the_reporting_currency_is_an_inventory_at_its_price'
);
call trade('b 10:10 buy 20 @ 0.1 fee 0.5 ETH', 'desk', 'ETH/BTC');
select is(
    stand('fifo', 'desk', 'BTC in USD'), '8 at 100 cost 800, realized 20, fees 0, net 20',
    'what_is_paid_with_a_coin_disposes_of_it_at_the_rate_of_that_moment'
);
select is(
    stand('fifo', 'desk', 'ETH in USD'), '19.5 at 11 cost 214.5, realized 0, fees 5.5, net -5.5',
    'what_is_bought_opens_at_it_less_a_fee_in_the_coin'
);
call trade('c 10:20 sell 5 @ 0.1 fee 0.01 BTC', 'desk', 'ETH/BTC');
select is(
    stand('fifo', 'desk', 'BTC in USD'),
    '8.49 at 100.577149587750294464 cost 853.9, realized 20, fees 0, net 20',
    'a_fee_in_the_quote_is_taken_from_what_comes'
);
select is(
    stand('fifo', 'desk', 'ETH in USD'), '14.5 at 11 cost 159.5, realized 0, fees 6.6, net -6.6',
    'and_is_a_fee_of_what_was_traded'
);
call trade('d 10:30 buy 1 @ 111 fee 0.2 BNB');
select is(
    stand('fifo', 'desk', 'BNB in USD'), '-0.2 at 5 cost -1, realized 0, fees 0, net 0',
    'a_fee_in_a_third_coin_disposes_of_it'
);
select is(
    stand('fifo', 'desk', 'BTC in USD'),
    '9.49 at 101.675447839831401475 cost 964.9, realized 20, fees 1, net 19',
    'and_is_a_fee_of_what_was_traded_at_the_rate'
);
call trade('e 10:40 sell 100 @ 0.5 fee -0.4 USD', 'desk', 'USD/EUR');
select is(
    stand('fifo', 'desk', 'EUR in USD'), '50 at 2 cost 100, realized 0, fees -0.4, net 0.4',
    'where_the_base_is_the_reporting_currency_the_quote_is_the_inventory'
);
select is(
    stand('with fees', 'desk', 'EUR in USD'), '50 at 1.992 cost 99.6, realized 0, fees -0.4, net 0',
    'fees_are_in_the_cost_where_they_are_capitalized'
);
call trade('f 10:50 sell 1 @ 120 fee 0.1 BNB', 'desk', 'BTC/USD:USD');
select is(
    stand('fifo', 'desk', 'BTC/USD:USD'), '-1 at 120 cost -120, realized 0, fees 0, net 0',
    'what_is_on_margin_stays_the_position_of_its_instrument'
);
select is(
    stand('fifo', 'desk', 'BNB in USD'), '-0.3 at 5 cost -1.5, realized 0, fees 0.5, net -0.5',
    'and_its_fee_in_a_third_coin_disposes_of_that'
);
select is(
    stand('by instrument', 'desk', 'ETH/BTC'),
    '14.5 at 0.1 cost 1.45, realized 0, fees 0.06, net -0.06',
    'costings_by_instrument_stand_beside'
);

-- A bust, an amendment and a late fill go the same way.
call bust('c');
select is(
    stand('fifo', 'desk', 'ETH in USD') || ' | ' || stand('fifo', 'desk', 'BTC in USD'),
    '19.5 at 11 cost 214.5, realized 0, fees 5.5, net -5.5 | '
    '9 at 101.222222222222222222 cost 911, realized 20, fees 1, net 19',
    'a_bust_takes_both_sides_back'
);
call amend('b', price => 0.2);
call trade('g 09:05 buy 1 @ 90');
select is(
    lots('fifo', 'desk', 'BTC in USD'), 'a 7 at 100 cost 700; d 1 at 111 cost 111',
    'what_is_late_or_amended_restates_inventories'
);
select is(
    matched('fifo', 'desk', 'BTC in USD'),
    'b closes 1 long g: 110 - 90 = 20; b closes 3 long a: 330 - 300 = 30',
    'and_their_matches'
);

select throws_ok(
    $$
        insert into utl.fills (
            venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
        )
        select
            'x', '2026-01-05Z', 'buy', 1, 1, utl.book_id('desk'), utl.account_id('main'),
            utl.instrument_id('BTC in USD')
    $$,
    '23U01', format('a fill refers to unknown instrument %s', utl.instrument_id('BTC in USD')),
    'an_inventory_cannot_be_traded'
);
select is(audit(), 'sound', 'all_checks_are_empty');

select * from finish();
rollback;
