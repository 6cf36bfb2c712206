begin;
select plan(12);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('other', 'coinbase');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk', method => 'fifo');
    perform utl.add_costing('desk', 'fifo', 'by_account', pool => 'account');
    perform utl.add_book('late', method => 'fifo');
    perform utl.add_costing('late', 'fifo', 'arrival', booking_order => 'arrival');
    perform utl.add_costing('late', 'wac', 'average_arrival', booking_order => 'arrival');
    perform utl.add_book('both', method => 'lifo');
    perform utl.add_costing(
        'both', 'lifo', 'both', pool => 'account', fees => 'capitalize', booking_order => 'arrival'
    );
    perform utl.add_book('at_once', method => 'fifo');
    perform utl.add_costing('at_once', 'fifo', 'arrival', booking_order => 'arrival');
end
$set_up$;

call trade($$
    a 10:00 buy 1 @ 100 in main
    b 10:01 buy 1 @ 110 fee 1 USD in other
    c 10:02 sell 2 @ 120 in other
$$);
select is(
    stand('fifo'), '0 at - cost 0, realized 30, fees 1, net 29',
    'accounts_of_a_book_share_one_pool_unless_told_otherwise'
);
select is(
    stand('by_account'),
    'main: 1 at 100 cost 100, realized 0, fees 0, net 0; '
    'other: -1 at 120 cost -120, realized 10, fees 1, net 9',
    'each_account_can_be_a_pool_of_its_own'
);
select is(
    lots('by_account'), 'main: a 1 at 100 cost 100; other: c -1 at 120 cost -120',
    'lots_of_one_account_are_not_closed_by_another'
);

-- By arrival a late fill is booked last, and nothing is restated.
call trade($$ la 10:05 buy 1 @ 100 $$, 'late');
call trade($$ lb 10:00 buy 1 @ 120 $$, 'late');
call trade($$ lc 10:10 sell 1 @ 130 $$, 'late');
select is(
    matched('fifo', 'late'), 'lc closes 1 long lb: 130 - 120 = 10',
    'by_event_time_the_fill_that_was_executed_first_is_the_oldest_lot'
);
select is(
    matched('arrival', 'late'), 'lc closes 1 long la: 130 - 100 = 30',
    'by_arrival_the_fill_that_came_first_is_the_oldest_lot'
);
select results_eq(
    $$
        select distinct u.costing from utl_private.superseded_entries as s
        inner join utl.unit_costs as u on s.position_id = u.position_id
        where u.book = 'late'
    $$,
    array['fifo'],
    'a_costing_by_arrival_never_restates'
);
select is_empty(
    $$
        select e.fill_id from utl.position_entries as e
        inner join utl.fills as f on e.fill_id = f.fill_id
        where e.costing = 'arrival'
        and (e.effective_at, e.sequence) is distinct from (f.recorded_at, 0::bigint)
    $$,
    'by_arrival_an_entry_counts_from_when_its_fill_was_recorded'
);
select is(
    journal('average_arrival', 'late'),
    'la1 1 100 realized 0 after 1 cost 100; lb1 1 120 realized 0 after 2 cost 220; '
    'lc1 -1 -130 realized 20 after 1 cost 110',
    'the_average_too_can_go_by_arrival'
);

-- Within one statement likewise.
call trade($$
    oa 10:05 buy 1 @ 100
    ob 10:00 buy 1 @ 120
    oc 10:10 sell 1 @ 130
$$, 'at_once');
select is(
    matched('arrival', 'at_once'), 'oc closes 1 long oa: 130 - 100 = 30',
    'the_rows_of_one_statement_arrive_in_their_order'
);
select is(
    matched('fifo', 'at_once'), 'oc closes 1 long ob: 130 - 120 = 10',
    'by_event_time_the_order_of_rows_in_a_statement_does_not_matter'
);

-- All settings at once.
call trade($$
    ba 10:05 buy 1 @ 100 fee 1 USD
    bb 10:00 buy 1 @ 120 fee 1 USD
    bc 10:10 sell 1 @ 130 fee 2 USD
    bd 10:11 sell 1 @ 130 fee 2 USD in other
$$, 'both');
select is(
    stand('both', 'both'),
    'main: 1 at 101 cost 101, realized 7, fees 4, net 7; '
    'other: -1 at 128 cost -128, realized 0, fees 2, net 0',
    'pool_fees_and_order_can_be_combined'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
