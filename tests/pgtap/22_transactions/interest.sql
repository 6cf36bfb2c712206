begin;
select plan(5);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

select utl.record_interest('desk', 'main', 5, 'USD', occurred_at => at('10:00'), reference => 'in');
select utl.record_interest('desk', 'main', -2, 'USD', 'BTC/USD', reference => 'out');
select is(told('in'), 'interest 5 USD in main', 'what_was_received_is_positive');
select is(told('out'), 'interest -2 BTC/USD USD in main', 'what_was_paid_is_negative');
select is(flowed(), 'interest -2 USD; interest 5 USD', 'it_is_income_by_instrument_and_without');
select is(stand('wac'), null, 'it_does_not_touch_a_position');
select throws_ok(
    $$ select utl.record_interest('desk', 'main', 5, null) $$, '22U08',
    'a transaction of kind interest cannot be: asset_id is missing', 'it_is_of_an_asset'
);

select * from finish();
rollback;
