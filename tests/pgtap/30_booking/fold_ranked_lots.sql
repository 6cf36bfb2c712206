begin;
select plan(21);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book(b, method => 'hifo')
    from unnest(array['desk', 'shorts', 'ties', 'old_ties', 'both', 'fees', 'heap']) as b;
    perform utl.add_costing(b, 'lofo')
    from unnest(array['desk', 'shorts', 'ties', 'old_ties', 'both', 'fees', 'heap']) as b;
    perform utl.add_costing('fees', 'hifo', 'hifo_with_fees', rank_by => 'unit_cost');
    perform utl.add_costing(
        'fees', 'hifo', 'hifo_capitalized', fees => 'capitalize', rank_by => 'unit_cost'
    );
    perform utl.add_costing('fees', 'hifo', 'hifo_bare_price', fees => 'capitalize');
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
    matched('hifo'), 'e closes 2 long b: 240 - 260 = -20', 'hifo_closes_what_was_bought_highest'
);
select is(
    matched('lofo'), 'e closes 2 long c: 240 - 180 = 60', 'lofo_closes_what_was_bought_lowest'
);
call trade($$ f 10:05 sell 7 @ 100 $$);
select is(
    matched('hifo'),
    'e closes 2 long b: 240 - 260 = -20; f closes 3 long d: 300 - 330 = -30; '
    'f closes 1 long a: 100 - 100 = 0; f closes 2 long c: 200 - 180 = 20',
    'hifo_goes_on_downwards_with_the_lots_of_earlier_statements'
);
select is(
    matched('lofo'),
    'e closes 2 long c: 240 - 180 = 60; f closes 1 long a: 100 - 100 = 0; '
    'f closes 3 long d: 300 - 330 = -30; f closes 2 long b: 200 - 260 = -60',
    'lofo_goes_on_upwards_with_the_lots_of_earlier_statements'
);
select is(lots('hifo'), 'f -1 at 100 cost -100', 'what_goes_through_zero_opens_a_lot_of_its_own');
select is(
    stand('hifo'), '-1 at 100 cost -100, realized -30, fees 0, net -30',
    'a_flip_realizes_all_of_what_was_held'
);
select is(stand('lofo'), stand('hifo'), 'at_flat_all_methods_have_realized_the_same');

call trade($$
    sa 10:00 sell 1 @ 100
    sb 10:01 sell 1 @ 130
    sc 10:02 sell 1 @ 90
    sd 10:03 buy 1 @ 110
$$, 'shorts');
select is(
    matched('hifo', 'shorts'), 'sd closes 1 short sc: -110 - -90 = -20',
    'hifo_buys_back_the_short_that_realizes_least'
);
select is(
    matched('lofo', 'shorts'), 'sd closes 1 short sb: -110 - -130 = 20',
    'lofo_buys_back_the_short_that_realizes_most'
);

call trade($$
    ta 10:00 buy 1 @ 100
    tb 10:01 buy 1 @ 100
    tc 10:02 buy 1 @ 100
    td 10:03 sell 2 @ 110
$$, 'ties');
select is(
    matched('hifo', 'ties'),
    'td closes 1 long ta: 110 - 100 = 10; td closes 1 long tb: 110 - 100 = 10',
    'of_equal_lots_hifo_closes_the_oldest'
);
select is(
    matched('lofo', 'ties'), matched('hifo', 'ties'), 'of_equal_lots_lofo_closes_the_oldest'
);
call trade($$ oa 10:00 buy 1 @ 100 $$, 'old_ties');
call trade($$
    ob 10:01 buy 1 @ 100.0
    oc 10:02 sell 1 @ 110
$$, 'old_ties');
select is(
    matched('hifo', 'old_ties'), 'oc closes 1 long oa: 110 - 100 = 10',
    'a_lot_of_an_earlier_statement_is_older_than_its_equal_in_this_one'
);

-- Stored lots and lots of the statement, by turns.
call trade($$
    ga 10:00 buy 1 @ 100
    gb 10:01 buy 1 @ 120
    gc 10:02 buy 1 @ 140
$$, 'both');
call trade($$
    gd 10:03 buy 1 @ 110
    ge 10:04 buy 1 @ 130
    gf 10:05 sell 4.5 @ 100
$$, 'both');
select is(
    matched('hifo', 'both'),
    'gf closes 1 long gc: 100 - 140 = -40; gf closes 1 long ge: 100 - 130 = -30; '
    'gf closes 1 long gb: 100 - 120 = -20; gf closes 1 long gd: 100 - 110 = -10; '
    'gf closes 0.5 long ga: 50 - 50 = 0',
    'hifo_ranks_new_and_old_lots_together'
);
select is(
    matched('lofo', 'both'),
    'gf closes 1 long ga: 100 - 100 = 0; gf closes 1 long gd: 100 - 110 = -10; '
    'gf closes 1 long gb: 100 - 120 = -20; gf closes 1 long ge: 100 - 130 = -30; '
    'gf closes 0.5 long gc: 50 - 70 = -20',
    'lofo_ranks_new_and_old_lots_together'
);

-- Rank by bare price or with the fee, whatever becomes of the fee.
call trade($$
    fa 10:00 buy 1 @ 100 fee 5 USD
    fb 10:01 buy 1 @ 102
    fc 10:02 sell 1 @ 110
$$, 'fees');
select is(
    matched('hifo', 'fees'), 'fc closes 1 long fb: 110 - 102 = 8', 'rank_by_price_ignores_the_fee'
);
select is(
    matched('hifo_with_fees', 'fees'), 'fc closes 1 long fa: 110 - 100 = 10',
    'rank_by_unit_cost_counts_the_fee_though_it_is_expensed'
);
select is(
    matched('hifo_capitalized', 'fees'), 'fc closes 1 long fa: 110 - 105 = 5',
    'rank_by_unit_cost_counts_a_capitalized_fee_once'
);
select is(
    matched('hifo_bare_price', 'fees'), 'fc closes 1 long fb: 110 - 102 = 8',
    'rank_by_price_ignores_a_capitalized_fee'
);

-- Fifty lots of one statement in no order, closed one by one.
insert into utl.fills (
    venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
)
select
    'h' || n, '2026-01-05 10:00Z'::timestamptz + n * interval '1 s',
    case when n <= 50 then 'buy' else 'sell' end, 1, 100 + (n * 17) % 23,
    utl.book_id('heap'), utl.account_id('main'), utl.instrument_id('BTC/USD')
from generate_series(1, 100) as n;
select results_eq(
    $$
        select m.open_price from utl.lot_matches as m
        where m.book = 'heap' and m.costing = 'hifo' order by m.closed_at
    $$,
    $$ select 100 + (n * 17) % 23::numeric from generate_series(1, 50) as n order by 1 desc $$,
    'hifo_closes_many_lots_in_falling_order'
);
select results_eq(
    $$
        select m.open_price, m.open_fill_id from utl.lot_matches as m
        where m.book = 'heap' and m.costing = 'lofo' order by m.closed_at
    $$,
    $$
        select f.price, f.fill_id from utl.fills as f
        where f.venue_fill_id ~ '^h' and f.side = 'buy' order by f.price, f.fill_id
    $$,
    'lofo_closes_many_lots_in_rising_order_the_oldest_first_among_equals'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
