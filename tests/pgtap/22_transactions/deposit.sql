begin;
select plan(6);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

select utl.record_deposit(
    'desk', 'main', 2, 180, 'BTC/USD', occurred_at => at('09:00'), reference => 'coins'
);
select is(told('coins'), 'deposit 2 BTC/USD in main for 180', 'a_deposit_is_recorded');
select is(stand('wac'), '2 at 90 cost 180, realized 0, fees 0, net 0', 'it_opens_at_its_cost');
select utl.record_deposit('desk', 'main', 1, instrument => 'BTC/USD', occurred_at => at('09:30'));
select is(
    stand('fifo'), '3 at 60 cost 180, realized 0, fees 0, net 0',
    'what_comes_without_a_cost_counts_as_0_and_is_never_left_out'
);
select is(
    (select m.quantity from utl.missing_basis as m), 1::numeric,
    'it_is_listed_as_of_unknown_cost'
);
select utl.record_deposit('desk', 'main', 1000, asset => 'USD');
select is(flowed(), 'deposit 3 BTC/USD; deposit 1000 USD', 'the_account_holds_coins_and_cash');
select throws_ok(
    $$ select utl.record_deposit('desk', 'main', -1, asset => 'USD') $$, '22U08',
    'a transaction of kind deposit cannot be: quantity of an asset must be positive; it is -1',
    'an_asset_does_not_come_in_negative'
);

select * from finish();
rollback;
