begin;
select plan(7);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

select utl.record_airdrop(
    'desk', 'main', 2, 180, 'BTC/USD', occurred_at => at('09:00'), reference => 'valued'
);
select is(told('valued'), 'airdrop 2 BTC/USD in main for 180', 'it_is_recorded_with_its_value');
select is(
    stand('fifo'), '2 at 90 cost 180, realized 0, fees 0, net 0', 'its_value_is_its_cost'
);
select is(flowed(), 'airdrop 2 BTC/USD worth 180', 'and_its_income');
select utl.record_airdrop('desk', 'main', 1, instrument => 'BTC/USD', reference => 'unknown');
select is(
    (
        select m.why from utl.missing_basis as m
        where m.reference = 'unknown'
    ),
    'its cost is not known', 'a_value_that_is_not_known_is_seen'
);
select utl.record_airdrop('desk', 'main', 7, asset => 'USD');
select is(
    flowed(), 'airdrop 3 BTC/USD worth 180; airdrop 7 USD',
    'of_an_asset_alone_only_the_holding_grows'
);
select throws_ok(
    $$ select utl.record_airdrop('desk', 'main', -1, 1, 'BTC/USD') $$, '22U08',
    'a transaction of kind airdrop cannot be: quantity must be positive, as it came in; it is -1',
    'it_comes_in'
);
select throws_ok(
    $$ select utl.record_airdrop('desk', 'main', 1, -1, 'BTC/USD') $$, '22U08',
    'a transaction of kind airdrop cannot be: amount must not be negative; it is -1',
    'it_is_not_worth_less_than_nothing'
);

select * from finish();
rollback;
