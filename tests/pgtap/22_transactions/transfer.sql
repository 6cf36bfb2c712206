begin;
select plan(18);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
    perform utl.add_costing('desk', 'fifo', 'by account', pool => 'account');
    perform utl.add_book('treasury');
    perform utl.add_costing('treasury', 'fifo', 'fifo');
    perform utl.add_instrument('BTC/USD:USD');
end
$set_up$;

call trade($$
    a 09:00 buy 1 @ 100
    b 09:01 buy 3 @ 200
$$);
select utl.record_transfer(
    'desk', 'main', 'cold', 2, 'BTC/USD', fee => 0.5, fee_value => 150,
    occurred_at => at('10:00'), reference => 'valued'
);
select is(
    told('valued'),
    'transfer -2.5 BTC/USD in main for 150 fee 0.5 BTC to 2 BTC/USD in cold of desk',
    'a_transfer_is_recorded_with_its_fee_in_the_coin'
);
select is(
    lots('by account'),
    'cold: a 1 at 100 cost 100; cold: b 1 at 200 cost 200; main: b 1.5 at 200 cost 300',
    'lots_keep_their_identity_and_cost_where_they_arrive'
);
select is(
    stand('by account'),
    'cold: 2 at 150 cost 300, realized 0, fees 0, net 0; '
    'main: 1.5 at 200 cost 300, realized 50, fees 150, net -100',
    'the_coins_of_the_fee_are_disposed_of_at_their_value_which_is_the_fee'
);
select is(
    stand('fifo'), '3.5 at 185.714285714285714286 cost 650, realized 100, fees 150, net -50',
    'in_a_pool_of_the_whole_book_only_the_fee_leaves'
);
select is(
    flowed('main') || ' | ' || flowed('cold'),
    'fill 4 BTC/USD; transfer -2.5 BTC/USD | transfer 2 BTC/USD',
    'what_one_account_sent_the_other_received_less_the_fee'
);
select utl.record_transfer(
    'desk', 'cold', 'main', 1, 'BTC/USD', fee => 0.5, occurred_at => at('11:00')
);
select is(
    stand('by account'),
    'cold: 0.5 at 200 cost 100, realized 0, fees 100, net -100; '
    'main: 2.5 at 160 cost 400, realized 50, fees 150, net -100',
    'without_a_value_the_cost_of_the_coins_is_the_fee'
);
select utl.record_transfer(
    'desk', 'main', 'main', 1, 'BTC/USD', to_book => 'treasury', occurred_at => at('12:00'),
    reference => 'to treasury'
);
select is(
    lots('fifo', 'treasury'), 'b 1 at 200 cost 200',
    'lots_go_to_another_book_with_identity_and_cost'
);
select is(
    (
        select l.opened_at from utl.open_lots as l
        where l.book = 'treasury' and l.costing = 'fifo'
    ),
    at('09:01'), 'and_with_the_time_when_they_were_opened'
);
select is(
    (
        select sum(t.realized_pnl) from utl.unit_costs as t
        where t.book = 'treasury'
    ), 0::numeric,
    'nothing_is_realized_where_they_arrive'
);

select utl.record_opening_balance(
    'desk', 'main', -3, 300, 'BTC/USD:USD', occurred_at => at('09:00')
);
select utl.record_transfer(
    'desk', 'main', 'cold', -1, 'BTC/USD:USD', occurred_at => at('10:00'), reference => 'short'
);
select is(
    stand('by account', instrument => 'BTC/USD:USD'),
    'cold: -1 at 100 cost -100, realized 0, fees 0, net 0; '
    'main: -2 at 100 cost -200, realized 0, fees 0, net 0',
    'a_short_moves_with_what_it_brought'
);
select utl.record_transfer(
    'desk', 'main', 'cold', 20, asset => 'USD', fee => 1, reference => 'cash'
);
select is(
    told('cash'), 'transfer -21 USD in main fee 1 USD to 20 USD in cold of desk',
    'an_asset_alone_can_be_transferred'
);
select throws_ok(
    $$ select utl.record_transfer('desk', 'main', 'main', 1, asset => 'USD') $$, '22U08',
    'a transaction of kind transfer cannot be: it goes where it comes from',
    'nothing_is_transferred_to_itself'
);
select throws_ok(
    $$ select utl.record_transfer('desk', 'main', 'cold', 1, asset => 'USD', sent => 1.5) $$,
    '22U08', 'a transaction of kind transfer cannot be: sent 1.5 is not received 1 and fee 0',
    'what_was_sent_must_have_arrived_or_be_a_fee'
);
select throws_ok(
    $$
        select utl.record_transfer(
            'desk', 'main', 'cold', 1, 'BTC/USD', fee => 1, fee_asset => 'USD', sent => 1
        )
    $$,
    '22U08',
    'a transaction of kind transfer cannot be: '
    'its fee is not in the coin: record it as a fee or a network fee of its own',
    'a_fee_in_another_asset_is_one_of_its_own'
);
select throws_ok(
    $$ select utl.record_transfer('desk', 'main', 'cold', 1, 'BTC/USD', fee_value => 9) $$,
    '22U08',
    'a transaction of kind transfer cannot be: '
    'amount is the value of a fee in the coin, and there is none',
    'there_is_no_value_of_a_fee_that_was_not_paid'
);
select throws_ok(
    $$
        select utl.record_transfer('desk', 'main', 'cold', -1, 'BTC/USD:USD', fee => 0.1)
    $$,
    '22U08',
    'a transaction of kind transfer cannot be: '
    'its fee is not in the coin: record it as a fee or a network fee of its own',
    'contracts_are_no_coins'
);
select throws_ok(
    $$ select utl.record_transfer('desk', 'cold', 'main', 0.4, 'BTC/USD', fee => 0.2) $$,
    '23U07', 'a transfer of more than is held', 'more_than_is_held_does_not_move'
);
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_transfers');

select * from finish();
rollback;
