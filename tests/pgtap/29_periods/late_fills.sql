-- Fills that come when their period is closed: recorded as they are, booked at its end, marked.
begin;
select plan(34);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_asset('BNB');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo');
    perform utl.add_costing('desk', 'lifo', 'accounts', pool => 'account', fees => 'capitalize');
    perform utl.add_costing('desk', 'fifo', 'arrival', booking_order => 'arrival');
    call tap.trade($$
        a 10:00 buy 2 @ 100 fee 1 USD
        b 10:10 buy 1 @ 112
        c 11:00 sell 1 @ 130
        d 13:00 buy 1 @ 120
    $$);
end
$set_up$;

-- All that a closed period says: figures at its end, and every entry in it, and when it was
-- booked.
create function pg_temp.closed_figures()
returns text
language sql
stable
as $closed_figures$
    select string_agg(f.line, E'\n' order by f.line)
    from (
        select row(p.costing, p.account, p.quantity, p.cost, p.realized_pnl, p.fees)::text
        from utl.positions_at('2026-01-05 11:59:59.999999Z', book => 'desk') as p
        union all
        select e::text from utl.position_entries as e where e.effective_at < '2026-01-05 12:00Z'
    ) as f (line)
$closed_figures$;

create function pg_temp.marks()
returns text
language sql
stable
as $marks$
    select string_agg(
        format(
            '%s%s %s at %s of %s', tap.fill_name(e.fill_id), e.part, e.quantity,
            to_char(e.effective_at at time zone 'UTC', 'HH24:MI'),
            to_char(e.belongs_at at time zone 'UTC', 'HH24:MI')
        ),
        '; ' order by e.effective_at, e.sequence, e.fill_id, e.part
    )
    from utl.position_entries as e
    where e.costing = 'fifo' and e.belongs_at is not null
$marks$;

-- By hand: 3 for 312 are 104 each; c at 130 leaves 2 for 208 and 26; d: 3 for 328.
select is(
    stand('wac'), '3 at 109.333333333333333333 cost 328, realized 26, fees 1, net 25',
    'before_it_is_closed_wac'
);
do $$ begin perform utl.close_period('desk', '2026-01-05 12:00Z'); end $$;
create temporary table closed as select pg_temp.closed_figures() as figures;
select is(
    stood('wac', '11:59'), '2 at 104 cost 208, realized 26, fees 1', 'this_is_closed_by_wac'
);
select is(
    stood('fifo', '11:59'), '2 at 106 cost 212, realized 30, fees 1', 'this_is_closed_by_fifo'
);

-- Booked at 12:00, before d: 2 for 208 and 1 for 144 are 3 for 352; d: 4 for 472.
call trade($$ l 10:30 buy 1 @ 144 fee 2 USD $$);
select is(
    stand('wac'), '4 at 118 cost 472, realized 26, fees 3, net 23',
    'a_late_fill_counts_from_the_end_of_the_period_by_wac'
);
select is(
    stand('fifo'), '4 at 119 cost 476, realized 30, fees 3, net 27',
    'a_late_fill_counts_from_the_end_of_the_period_by_fifo'
);
select is(
    lots('fifo'),
    'a 1 at 100 cost 100; b 1 at 112 cost 112; l 1 at 144 cost 144; d 1 at 120 cost 120',
    'its_lot_is_opened_at_the_end_of_the_period'
);
select is(
    stand('accounts'),
    'main: 4 at 116.75 cost 467, realized 18, fees 3, net 18',
    'its_fee_is_capitalized'
);
select is(
    stood('wac', '12:00'), '3 at 117.333333333333333333 cost 352, realized 26, fees 3',
    'it_counts_at_the_end_of_the_period'
);
select is(
    pg_temp.closed_figures(), (select c.figures from closed as c),
    'a_late_fill_changes_nothing_that_is_closed'
);
select is(pg_temp.marks(), 'l1 1 at 12:00 of 10:30', 'its_entries_say_when_it_belongs');
select row_eq(
    $$
        select
            p.book, p.account, p.instrument, p.kind, p.belongs_at, p.booked_for, p.side,
            p.quantity, p.price, p.fee, p.fee_asset, p.venue_fill_id, fill_name(p.of_fill_id),
            p.fill_id = p.of_fill_id
        from utl.prior_period_bookings as p
    $$,
    row(
        'desk'::text, 'main'::text, 'BTC/USD'::text, 'late'::text,
        '2026-01-05 10:30Z'::timestamptz, '2026-01-05 12:00Z'::timestamptz, 'buy'::text,
        1::numeric, 144::numeric, 2::numeric, 'USD'::text, 'l'::text, 'l'::text, true
    ),
    'it_is_kept_where_it_is_booked'
);
select is(
    (
        select f.executed_at from utl.fills as f
        where f.venue_fill_id = 'l'
    ),
    '2026-01-05 10:30Z'::timestamptz, 'the_fill_itself_is_recorded_as_it_was_executed'
);
select is(
    (
        select f.executed_at from utl.effective_fills as f
        where f.venue_fill_id = 'l'
    ),
    '2026-01-05 10:30Z'::timestamptz, 'it_still_counts_as_executed_when_it_was'
);
select results_eq(
    $$
        select r.costing, r.cause, r.restated_from, r.facts, r.entries_replaced
        from utl.restatements as r order by r.costing
    $$,
    $$
        values
        ('accounts', 'late fill', '2026-01-05 12:00Z'::timestamptz, 1::bigint, 1::bigint),
        ('fifo', 'late fill', '2026-01-05 12:00Z'::timestamptz, 1::bigint, 1::bigint),
        ('wac', 'late fill', '2026-01-05 12:00Z'::timestamptz, 1::bigint, 1::bigint)
    $$, 'what_came_after_the_period_is_restated'
);
select is(audit(), 'sound', 'the_ledger_is_sound_after_a_late_fill');

-- One in order, one late in the open period, three of the closed one, two of these of one time.
call trade($$
    m1 14:00 sell 1 @ 150
    m2 12:30 sell 1 @ 151
    m3 10:40 sell 1 @ 152 seq 2
    m4 10:40 sell 1 @ 153 seq 1 in sub
    m5 09:00 buy 2 @ 90
$$);
select is(
    pg_temp.marks(),
    'l1 1 at 12:00 of 10:30; m51 2 at 12:00 of 09:00; m41 -1 at 12:00 of 10:40;'
    ' m31 -1 at 12:00 of 10:40',
    'late_fills_of_one_statement_are_booked_in_order_of_sequence_and_arrival'
);
-- Fifo: m4 closes a, m3 closes b; then m2 closes l and m1 one of m5: 53 + 40 + 7 + 60.
select is(
    matched('fifo'),
    'c closes 1 long a: 130 - 100 = 30; m4 closes 1 long a: 153 - 100 = 53;'
    ' m3 closes 1 long b: 152 - 112 = 40; m2 closes 1 long l: 151 - 144 = 7;'
    ' m1 closes 1 long m5: 150 - 90 = 60',
    'they_close_and_are_closed_as_fills_of_that_moment'
);
select is(
    stand('fifo'), '2 at 105 cost 210, realized 190, fees 3, net 187',
    'a_statement_of_both_periods_is_booked_by_fifo'
);
-- Wac at 12:00: 352 + 180 = 532 for 5; m4, m3 leave 3 for 319.2, 92.2 gained; m2: 44.6; 2 for
-- 212.8; d: 3 for 332.8; m1 sells one.
select is(
    (
        select round(u.realized_pnl, 12) from utl.unit_costs as u
        where u.costing = 'wac'
    ), 26 + 92.2 + 44.6 + 150 - round(332.8 / 3, 12),
    'a_statement_of_both_periods_is_booked_by_wac'
);
select is(
    pg_temp.closed_figures(), (select c.figures from closed as c),
    'several_late_fills_change_nothing_that_is_closed'
);
select is(
    stood('accounts', '11:59'), 'main: 2 at 100.5 cost 201, realized 18, fees 1',
    'an_account_that_traded_late_was_not_there_when_it_was_closed'
);
select is(audit(), 'sound', 'the_ledger_is_sound_after_several');

-- Costings by arrival book when fills arrive, closed or not.
select is(
    (
        select string_agg(fill_name(e.fill_id), ' ' order by e.effective_at, e.fill_id)
        from utl.position_entries as e
        where e.costing = 'arrival'
    ), 'a b c d l m1 m2 m3 m4 m5', 'by_arrival_late_fills_are_booked_when_they_arrive'
);

-- A position that has nothing else.
call trade($$
    e1 10:00 sell 1 @ 50 fee 0.5 BNB
    e2 11:00 buy 2 @ 40
$$, instrument => 'ETH/USD');
select is(
    stand('fifo', instrument => 'ETH/USD'), '1 at 40 cost 40, realized 10, fees 0, net 10',
    'a_position_can_begin_with_late_fills'
);
select is(
    opened('fifo', instrument => 'ETH/USD'), '12:00, version 1',
    'it_is_open_since_the_end_of_the_period'
);
select is_empty(
    $$ select p.* from utl.position_at('desk', 'ETH/USD', '2026-01-05 11:59Z') as p $$,
    'it_is_not_there_in_the_closed_period'
);
select is(
    (
        select p.fees || p.asset from utl.position_fees as p
        where p.costing = 'fifo' and p.instrument = 'ETH/USD'
    ), '0.5BNB', 'fees_in_other_assets_of_late_fills_are_counted'
);

-- Other ways in.
select is(
    (
        select r.outcome
        from utl.record_fills($$[{
            "venue_fill_id": "j", "executed_at": "2026-01-05T10:00:00Z", "book": "desk",
            "account": "main", "instrument": "ETH/USD", "side": "buy", "quantity": "1",
            "price": "45"
        }]$$) as r
    ), 'booked', 'a_late_fill_can_be_recorded_by_name'
);
select is(
    (
        select r.outcome
        from utl.record_fills($$[{
            "venue_fill_id": "j", "executed_at": "2026-01-05T10:00:00Z", "book": "desk",
            "account": "main", "instrument": "ETH/USD", "side": "buy", "quantity": "1",
            "price": "45"
        }]$$) as r
    ), 'duplicate', 'a_late_fill_that_comes_again_is_a_duplicate'
);
select throws_ok(
    $$ call tap.trade('j 10:00 buy 1 @ 45', instrument => 'ETH/USD') $$, '23505', null,
    'a_late_fill_is_recorded_once'
);
select is(
    stand('fifo', instrument => 'ETH/USD'), '2 at 42.5 cost 85, realized 10, fees 0, net 10',
    'a_late_fill_that_comes_again_counts_once'
);

-- Closing more: the late ones are closed where they are booked.
do $$ begin perform utl.close_period('desk', '2026-01-05 13:30Z'); end $$;
call trade($$ n 10:45 buy 1 @ 200 $$);
select is(
    pg_temp.marks(),
    'l1 1 at 12:00 of 10:30; m51 2 at 12:00 of 09:00; e11 -1 at 12:00 of 10:00;'
    ' e21 1 at 12:00 of 11:00; e22 1 at 12:00 of 11:00; j1 1 at 12:00 of 10:00;'
    ' m41 -1 at 12:00 of 10:40; m31 -1 at 12:00 of 10:40; n1 1 at 13:30 of 10:45',
    'closing_more_leaves_late_fills_where_they_are'
);
select is(
    pg_temp.closed_figures(), (select c.figures from closed as c),
    'what_was_closed_first_is_as_it_was'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
