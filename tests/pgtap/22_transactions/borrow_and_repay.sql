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

select utl.record_borrowing('desk', 'main', 100, 'USD', reference => 'loan');
select utl.record_repayment('desk', 'main', 40, 'USD', reference => 'part of it');
select is(told('loan'), 'borrow 100 USD in main', 'a_loan_comes_in');
select is(told('part of it'), 'repay -40 USD in main', 'what_is_paid_back_goes_out');
select is(flowed(), 'borrow 100 USD; repay -40 USD', 'their_sum_is_held_and_owed');
select throws_ok(
    $$ select utl.record_borrowing('desk', 'main', -1, 'USD') $$, '22U08',
    'a transaction of kind borrow cannot be: quantity must be positive, as it came in; it is -1',
    'a_loan_is_positive'
);
select throws_ok(
    $$ select utl.record_repayment('desk', 'main', -1, 'USD') $$, '22U08',
    'a transaction of kind repay cannot be: quantity must be negative, as it went out; it is 1',
    'so_is_what_is_paid_back'
);
select throws_ok(
    $$ select utl.record_repayment('desk', 'main', 1, 'EURX') $$, '22U01',
    'unknown asset: ''EURX''', 'an_unknown_asset_is_refused'
);

select * from finish();
rollback;
