begin;
select plan(25);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk', method => 'fifo');
    perform utl.add_costing('desk', 'lifo');
    perform utl.add_book('shorts', method => 'fifo');
    perform utl.add_costing('shorts', 'lifo');
    perform utl.add_book('turns', method => 'fifo');
    perform utl.add_costing('turns', 'lifo');
    perform utl.add_book('stack', method => 'lifo');
    perform utl.add_book('split', method => 'fifo');
    perform utl.add_book('ties', method => 'fifo');
    perform utl.add_costing('ties', 'lifo');
end
$set_up$;

call trade($$
    a 10:00 buy 1 @ 100
    b 10:01 buy 2 @ 130
    c 10:02 buy 2 @ 90
    d 10:03 buy 3 @ 110
    e 10:04 sell 2 @ 120
$$);
select is(
    matched('fifo'), 'e closes 1 long a: 120 - 100 = 20; e closes 1 long b: 120 - 130 = -10',
    'fifo_closes_the_oldest_lots'
);
select is(
    lots('fifo'), 'b 1 at 130 cost 130; c 2 at 90 cost 180; d 3 at 110 cost 330',
    'fifo_leaves_the_youngest_lots'
);
select is(
    matched('lifo'), 'e closes 2 long d: 240 - 220 = 20', 'lifo_closes_the_youngest_lot'
);
select is(
    lots('lifo'),
    'a 1 at 100 cost 100; b 2 at 130 cost 260; c 2 at 90 cost 180; d 1 at 110 cost 110',
    'lifo_leaves_the_oldest_lots'
);

-- Next statement: the lots come from the table now, and the fill goes through zero.
call trade($$ f 10:05 sell 7 @ 100 $$);
select is(
    split_part(matched('fifo'), '; ', 3) || '; ' || split_part(matched('fifo'), '; ', 4) || '; '
    || split_part(matched('fifo'), '; ', 5),
    'f closes 1 long b: 100 - 130 = -30; f closes 2 long c: 200 - 180 = 20; '
    'f closes 3 long d: 300 - 330 = -30',
    'fifo_goes_on_with_the_lots_of_earlier_statements_oldest_first'
);
select is(
    matched('lifo'),
    'e closes 2 long d: 240 - 220 = 20; f closes 1 long d: 100 - 110 = -10; '
    'f closes 2 long c: 200 - 180 = 20; f closes 2 long b: 200 - 260 = -60; '
    'f closes 1 long a: 100 - 100 = 0',
    'lifo_goes_on_with_the_lots_of_earlier_statements_youngest_first'
);
select is(lots('fifo'), 'f -1 at 100 cost -100', 'what_goes_through_zero_opens_a_lot_of_its_own');
select is(lots('lifo'), 'f -1 at 100 cost -100', 'so_it_does_by_lifo');
select is(
    stand('fifo'), '-1 at 100 cost -100, realized -30, fees 0, net -30',
    'a_flip_realizes_all_of_what_was_held'
);
select is(stand('lifo'), stand('fifo'), 'at_flat_all_methods_have_realized_the_same');
select is(opened('fifo'), '10:05, version 2', 'a_position_that_turned_is_open_since_then');

-- Shorts.
call trade($$
    sa 10:00 sell 1 @ 100
    sb 10:01 sell 2 @ 130
    sc 10:02 buy 1 @ 110
    sd 10:03 buy 1 @ 90
$$, 'shorts');
select is(
    matched('fifo', 'shorts'),
    'sc closes 1 short sa: -110 - -100 = -10; sd closes 1 short sb: -90 - -130 = 40',
    'fifo_buys_back_what_was_sold_first'
);
select is(
    matched('lifo', 'shorts'),
    'sc closes 1 short sb: -110 - -130 = 20; sd closes 1 short sb: -90 - -130 = 40',
    'lifo_buys_back_what_was_sold_last'
);
select is(lots('fifo', 'shorts'), 'sb -1 at 130 cost -130', 'fifo_leaves_the_short_sold_last');
select is(lots('lifo', 'shorts'), 'sa -1 at 100 cost -100', 'lifo_leaves_the_short_sold_first');

-- There and back within one statement: lots opened after a flip are the only ones there.
call trade($$
    ta 10:00 buy 2 @ 100
    tb 10:01 sell 3 @ 110
    tc 10:02 sell 1 @ 120
    td 10:03 buy 3 @ 105
$$, 'turns');
select is(
    matched('fifo', 'turns'),
    'tb closes 2 long ta: 220 - 200 = 20; td closes 1 short tb: -105 - -110 = 5; '
    'td closes 1 short tc: -105 - -120 = 15',
    'lots_of_both_directions_are_never_mixed_by_fifo'
);
select is(
    matched('lifo', 'turns'),
    'tb closes 2 long ta: 220 - 200 = 20; td closes 1 short tc: -105 - -120 = 15; '
    'td closes 1 short tb: -105 - -110 = 5',
    'lots_of_both_directions_are_never_mixed_by_lifo'
);
select is(lots('fifo', 'turns'), 'td 1 at 105 cost 105', 'the_rest_of_a_buy_opens_a_long_lot');

-- LIFO: a lot from the table, half used, is covered by new ones and comes back after them.
call trade($$
    ka 10:00 buy 2 @ 100
    kb 10:01 buy 2 @ 110
$$, 'stack');
call trade($$
    kc 10:02 sell 1 @ 120
    kd 10:03 buy 1 @ 115
    ke 10:04 sell 3 @ 120
$$, 'stack');
select is(
    matched('lifo', 'stack'),
    'kc closes 1 long kb: 120 - 110 = 10; ke closes 1 long kd: 120 - 115 = 5; '
    'ke closes 1 long kb: 120 - 110 = 10; ke closes 1 long ka: 120 - 100 = 20',
    'lifo_returns_to_a_half_used_lot_after_the_younger_ones'
);
select is(lots('lifo', 'stack'), 'ka 1 at 100 cost 100', 'what_it_did_not_need_stays_open');

-- A lot that is closed piece by piece; a piece does not divide evenly.
call trade($$
    pa 10:00 buy 1 @ 10
    pb 10:01 buy 2 @ 20
    pc 10:02 sell 0.5 @ 30
    pd 10:03 sell 1.5 @ 30
$$, 'split');
select is(
    matched('fifo', 'split'),
    'pc closes 0.5 long pa: 15 - 5 = 10; pd closes 0.5 long pa: 15 - 5 = 10; '
    'pd closes 1 long pb: 30 - 20 = 10',
    'a_lot_is_used_piece_by_piece'
);
select is(lots('fifo', 'split'), 'pb 1 at 20 cost 20', 'a_used_up_lot_is_not_open_any_more');

-- One time: sequence decides, then arrival.
call trade($$
    ua 10:00 buy 1 @ 100 seq 2
    ub 10:00 buy 1 @ 110 seq 1
    uc 10:00 buy 1 @ 120 seq 2
    ud 10:01 sell 1 @ 150
$$, 'ties');
select is(
    matched('fifo', 'ties'), 'ud closes 1 long ub: 150 - 110 = 40',
    'of_equal_times_the_lowest_sequence_is_the_oldest'
);
select is(
    matched('lifo', 'ties'), 'ud closes 1 long uc: 150 - 120 = 30',
    'of_equal_times_and_sequences_the_last_to_arrive_is_the_youngest'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
