begin;
select plan(4);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

select utl.record_fee('desk', 'main', 5, 'USD', occurred_at => at('10:00'), reference => 'paid');
select is(told('paid'), 'fee -5 USD in main', 'what_was_paid_is_recorded_as_negative');
select utl.record_fee('desk', 'main', 1, 'USD', 'BTC/USD', reference => 'of instrument');
select is(flowed(), 'fee -1 USD; fee -5 USD', 'it_is_a_fee_by_instrument_and_without');
select is(stand('wac'), null, 'it_does_not_touch_a_position');
select throws_ok(
    $$ select utl.record_fee('desk', 'main', -5, 'USD') $$, '22U08',
    'a transaction of kind fee cannot be: quantity must be negative, as it went out; it is 5',
    'what_comes_is_a_rebate'
);

select * from finish();
rollback;
