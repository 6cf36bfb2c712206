begin;
select plan(17);

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
    'desk', 'main', 2, instrument => 'BTC/USD', occurred_at => at('09:00'), reference => 'in'
);
select utl.record_withdrawal(
    'desk', 'main', 1, 150, 'BTC/USD', occurred_at => at('10:00'), reference => 'out'
);
create function pg_temp.id(reference text) returns bigint language sql return (
    select t.transaction_id from utl.transactions as t
    where t.reference = $1
);
select is(
    stand('fifo'), '1 at 0 cost 0, realized 150, fees 0, net 150', 'a_cost_is_not_known'
);
select utl.amend_transaction(pg_temp.id('in'), amount => 200, reason => 'found it');
select is(
    stand('fifo'), '1 at 100 cost 100, realized 50, fees 0, net 50', 'an_amendment_completes_it'
);
select is_empty($$ select * from utl.missing_basis $$, 'it_is_not_missing_any_more');
select is(told('in'), 'deposit 2 BTC/USD in main for 200 amended', 'the_list_says_so');
select utl.amend_transaction(pg_temp.id('in'), 4, occurred_at => at('08:00'));
select is(
    stand('fifo'), '3 at 50 cost 150, realized 100, fees 0, net 100',
    'what_is_given_changes_and_what_is_null_stays'
);
select is(
    (
        select array[t.occurred_at::text, t.quantity::text, t.amount::text]
        from utl.effective_transactions as t
        where t.reference = 'in'
    ),
    array['2026-01-05 08:00:00+00', '4', '200'],
    'the_transaction_counts_with_the_last_value_of_each_column'
);
select is(flowed(), 'deposit 4 BTC/USD; withdrawal -1 BTC/USD', 'flows_follow');
select utl.cancel_transaction(pg_temp.id('out'), 'it came back');
select is(
    stand('fifo'), '4 at 50 cost 200, realized 0, fees 0, net 0', 'a_cancellation_takes_it_back'
);
select is_empty(
    $$ select from utl.effective_transactions as t where t.reference = 'out' $$,
    'it_does_not_count'
);
select is(
    (
        select array[l.status, l.reason] from utl.transaction_list as l
        where l.reference = 'out'
    ),
    array['cancelled', 'it came back'], 'the_list_still_has_it_and_says_why'
);
select utl.cancel_transaction(pg_temp.id('out'));
select is(
    stand('fifo'), '4 at 50 cost 200, realized 0, fees 0, net 0',
    'a_second_cancellation_changes_nothing'
);
select utl.amend_transaction(pg_temp.id('out'), amount => 60);
select is(
    stand('fifo'), '3 at 50 cost 150, realized 10, fees 0, net 10',
    'an_amendment_brings_back_what_was_cancelled'
);
select throws_ok(
    $$ select utl.cancel_transaction(-1) $$, '22U01', 'there is no transaction -1',
    'what_is_not_there_is_not_cancelled'
);
select throws_ok(
    $$ select utl.amend_transaction(pg_temp.id('out'), 1) $$, '22U08',
    'a transaction of kind withdrawal cannot be: '
    'quantity must be negative, as it went out; it is 1',
    'an_amended_transaction_is_judged_like_any_other'
);
select throws_ok(
    $$ select utl.amend_transaction(pg_temp.id('out')) $$, '23514',
    'new row for relation "transaction_corrections" violates check constraint '
    '"transaction_corrections_that_amend_change_a_value"',
    'an_amendment_changes_something'
);

-- Lots that move from one method to another: both positions go back to where it was.
do $two_books$
begin
    perform utl.add_book('treasury');
    perform utl.add_costing('treasury', 'fifo', 'first');
end
$two_books$;
select utl.record_deposit(
    'treasury', 'main', 1, 300, 'BTC/USD', occurred_at => at('12:30'), reference => 'bought'
);
select utl.record_transfer(
    'desk', 'main', 'main', 1, 'BTC/USD', to_book => 'treasury', occurred_at => at('12:00'),
    reference => 'moved'
);
select utl.amend_transaction(pg_temp.id('moved'), occurred_at => at('13:00'));
select is(
    lots('first', 'treasury'), ' 1 at 50 cost 50;  1 at 300 cost 300',
    'a_transfer_that_comes_later_than_what_it_came_before_arrives_once'
);
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_corrections');

select * from finish();
rollback;
