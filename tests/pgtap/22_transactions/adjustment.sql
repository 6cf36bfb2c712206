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

call trade($$ a 09:00 buy 4 @ 100 $$);
select utl.record_adjustment(
    'desk', 'main', -1, instrument => 'BTC/USD', occurred_at => at('10:00'),
    reason => 'the venue has less', reference => 'less'
);
select is(told('less'), 'adjustment -1 BTC/USD in main', 'less_is_negative');
select is(
    stand('fifo'), '3 at 100 cost 300, realized 0, fees 0, net 0',
    'less_leaves_at_its_cost_unless_an_amount_is_given'
);
select utl.record_adjustment('desk', 'main', -1, 130, 'BTC/USD', occurred_at => at('10:01'));
select is(
    stand('fifo'), '2 at 100 cost 200, realized 30, fees 0, net 30',
    'with_an_amount_it_is_disposed_of_at_that'
);
select utl.record_adjustment('desk', 'main', 1, 160, 'BTC/USD', occurred_at => at('10:02'));
select is(
    stand('fifo'), '3 at 120 cost 360, realized 30, fees 0, net 30', 'more_opens_at_its_cost'
);
select utl.record_adjustment('desk', 'main', 1, instrument => 'BTC/USD', reference => 'more');
select is(
    (select m.reference from utl.missing_basis as m), 'more',
    'more_without_a_cost_is_listed_and_less_is_not'
);
select utl.record_adjustment('desk', 'main', -5, asset => 'USD');
select is(
    flowed(), 'adjustment -5 USD; fill 4 BTC/USD',
    'holdings_follow_and_what_came_and_went_cancels'
);
select throws_ok(
    $$ select utl.record_adjustment('desk', 'main', 0, 5, 'BTC/USD') $$, '22U08',
    'a transaction of kind adjustment cannot be: quantity is 0', 'nothing_is_no_adjustment'
);

select * from finish();
rollback;
