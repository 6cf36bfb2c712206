begin;
select plan(9);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
end
$set_up$;

call trade($$
    a 09:00 buy 1 @ 100
    b 09:01 buy 3 @ 200
$$);
select utl.record_withdrawal(
    'desk', 'main', 2, instrument => 'BTC/USD', occurred_at => at('10:00'), reference => 'out'
);
select is(told('out'), 'withdrawal -2 BTC/USD in main', 'a_withdrawal_is_recorded_as_negative');
select is(
    stand('fifo'), '2 at 200 cost 400, realized 0, fees 0, net 0',
    'without_an_amount_lots_leave_at_their_cost_and_nothing_is_realized'
);
select is(
    stand('wac'), '2 at 175 cost 350, realized 0, fees 0, net 0',
    'an_average_loses_its_share_of_the_cost'
);
select utl.record_withdrawal(
    'desk', 'main', 1, 230, 'BTC/USD', occurred_at => at('10:01'), reference => 'sold'
);
select is(
    stand('fifo'), '1 at 200 cost 200, realized 30, fees 0, net 30',
    'with_an_amount_it_is_disposed_of_at_that'
);
select utl.record_withdrawal('desk', 'main', 50, asset => 'USD');
select is(
    flowed(), 'fill 4 BTC/USD; withdrawal -3 BTC/USD; withdrawal -50 USD',
    'of_an_asset_alone_nobody_asks_how_much_is_held'
);
select throws_ok(
    $$ select utl.record_withdrawal('desk', 'main', 1.5, instrument => 'BTC/USD') $$,
    '23U07', 'a withdrawal of more than is held', 'more_than_is_held_does_not_go'
);
select throws_ok(
    $$
        select utl.record_withdrawal(
            'desk', 'main', 2, instrument => 'BTC/USD', occurred_at => at('09:00')
        )
    $$,
    '23U07', 'a withdrawal of more than is held', 'what_counts_is_what_was_held_at_that_time'
);
select throws_ok(
    $$ select utl.record_withdrawal('desk', 'main', -1, instrument => 'BTC/USD') $$, '22U08',
    'a transaction of kind withdrawal cannot be: '
    'quantity must be negative, as it went out; it is 1',
    'a_withdrawal_does_not_bring'
);
insert into utl.transactions (
    occurred_at, book_id, account_id, instrument_id, kind, quantity, reference
)
values (
    at('11:00'), utl.book_id('desk'), utl.account_id('main'), utl.instrument_id('BTC/USD'),
    'withdrawal', -2, 'by hand'
);
select results_eq(
    $$
        select m.quantity, m.why from utl.missing_basis as m
        where m.reference = 'by hand' order by m.why
    $$,
    $$
        values
        (1::numeric, 'more left than costing fifo held'),
        (1::numeric, 'more left than costing wac held')
    $$,
    'a_plain_insert_books_more_than_is_held_and_lists_it'
);

select * from finish();
rollback;
