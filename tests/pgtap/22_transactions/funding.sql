begin;
select plan(8);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
    perform utl.add_instrument('BTC/USD:USD');
    perform utl.add_instrument('BTC/USD:BTC');
end
$set_up$;

call trade($$ a 09:00 buy 2 @ 100 $$, instrument => 'BTC/USD:USD');
select utl.record_funding(
    'desk', 'main', 'BTC/USD:USD', -3, occurred_at => at('10:00'), reference => 'paid'
);
select utl.record_funding(
    'desk', 'main', 'BTC/USD:USD', 1, occurred_at => at('11:00'), reference => 'received'
);
select is(
    told('paid'), 'funding -3 BTC/USD:USD USD in main',
    'funding_is_of_the_asset_in_which_the_instrument_settles'
);
select is(told('received'), 'funding 1 BTC/USD:USD USD in main', 'what_was_received_is_positive');
select utl.record_funding('desk', 'main', 'BTC/USD:BTC', 0.01, reference => 'inverse');
select is(
    told('inverse'), 'funding 0.01 BTC/USD:BTC BTC in main', 'of_an_inverse_one_it_is_the_coin'
);
select utl.record_funding('desk', 'main', 'BTC/USD:USD', 2, 'BTC', reference => 'other asset');
select is(told('other asset'), 'funding 2 BTC/USD:USD BTC in main', 'or_the_asset_that_is_given');
select is(
    flowed(), 'fill 2 BTC/USD:USD; funding 0.01 BTC; funding 2 BTC; funding -2 USD',
    'it_is_income_of_its_instrument'
);
select is(
    stand('wac', instrument => 'BTC/USD:USD'), '2 at 100 cost 200, realized 0, fees 0, net 0',
    'it_does_not_touch_the_position'
);
select throws_ok(
    $$ select utl.record_funding('desk', 'main', 'BTC/USD:USD', 0) $$, '22U08',
    'a transaction of kind funding cannot be: quantity is 0', 'nothing_is_no_funding'
);
select throws_ok(
    $$ select utl.record_funding('desk', 'main', 'BTC/EUR:EUR', 1) $$, '22U01',
    'unknown instrument: ''BTC/EUR:EUR''', 'an_unknown_instrument_is_refused'
);

select * from finish();
rollback;
