begin;
select plan(49);

create function pg_temp.superseded(costing text, book text)
returns text
language sql
as $superseded$
    select string_agg(
        tap.fill_name(s.fill_id) || s.part, ' '
        order by s.restatement_id, s.effective_at, s.sequence, s.fill_id, s.part
    )
    from utl_private.superseded_entries as s
    inner join utl.unit_costs as u on s.position_id = u.position_id
    where (u.costing, u.book) = ($1, $2)
$superseded$;

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'other']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_book(b)
    from unnest(array[
        'first', 'middle', 'lots', 'flip', 'many', 'mixed', 'ties', 'opened', 'turned', 'fees'
    ]) as b;
    perform utl.add_costing(b, m)
    from unnest(array[
        'first', 'middle', 'lots', 'flip', 'many', 'mixed', 'ties', 'opened', 'turned', 'fees'
    ]) as b
    cross join unnest(array['fifo', 'lifo', 'hifo', 'lofo']) as m;
    perform utl.add_costing('fees', 'fifo', 'capitalizing', fees => 'capitalize');
end
$set_up$;

-- Older than everything.
call trade($$
    a 10:00 buy 1 @ 100
    c 10:02 sell 1 @ 130
$$, 'first');
call trade($$ b 09:59 buy 1 @ 90 $$, 'first');
select is(
    matched('fifo', 'first'), 'c closes 1 long b: 130 - 90 = 40',
    'a_late_fill_takes_its_place_in_the_order'
);
select is(lots('fifo', 'first'), 'a 1 at 100 cost 100', 'a_lot_that_was_closed_is_open_again');
select is(
    stand('wac', 'first'), '1 at 95 cost 95, realized 35, fees 0, net 35',
    'a_late_fill_changes_the_average_at_which_later_ones_closed'
);
select is(opened('fifo', 'first'), '09:59, version 2', 'the_position_was_open_since_the_late_fill');
select is(
    pg_temp.superseded('fifo', 'first'), 'a1 c1', 'what_was_believed_before_is_kept'
);
select is_empty(
    $$
        select s.fill_id from utl_private.superseded_entries as s
        where s.believed_until <= s.booked_at or s.restatement_id is null
    $$,
    'each_superseded_entry_says_until_when_it_was_believed'
);

-- In the middle.
call trade($$ ma 10:00 buy 1 @ 100 $$, 'middle');
create temp table before_it as
select e.* from utl.position_entries as e
where e.book = 'middle';
call trade($$ mc 10:02 sell 1 @ 130 $$, 'middle');
call trade($$ mb 10:01 buy 1 @ 120 $$, 'middle');
select is(
    matched('lifo', 'middle'), 'mc closes 1 long mb: 130 - 120 = 10',
    'a_late_fill_can_be_the_youngest_lot'
);
select is(pg_temp.superseded('lifo', 'middle'), 'mc1', 'a_late_fill_restates_only_what_came_after');
select bag_eq(
    $$
        select e.* from utl.position_entries as e
        where e.book = 'middle' and tap.fill_name(e.fill_id) = 'ma'
    $$,
    $$ select * from before_it $$,
    'what_came_before_a_late_fill_stays_as_it_was_booked'
);
select is(
    opened('lifo', 'middle'), '10:00, version 3', 'a_late_fill_is_one_change_of_the_position'
);

-- Lots used up since, partly used, and opened since.
call trade($$
    la 10:00 buy 2 @ 100
    lb 10:01 buy 1 @ 110
$$, 'lots');
call trade($$ le 10:03 sell 2.5 @ 120 $$, 'lots');
call trade($$ ld 10:02 sell 1 @ 105 $$, 'lots');
select is(
    matched('fifo', 'lots'),
    'ld closes 1 long la: 105 - 100 = 5; le closes 1 long la: 120 - 100 = 20; '
    'le closes 1 long lb: 120 - 110 = 10',
    'lots_are_restored_to_where_they_stood_before_they_are_closed_again'
);
select is(
    lots('fifo', 'lots'), 'le -0.5 at 120 cost -60', 'a_later_fill_can_now_go_through_zero'
);
select is(
    matched('hifo', 'lots'),
    'ld closes 1 long lb: 105 - 110 = -5; le closes 2 long la: 240 - 200 = 40',
    'ranked_lots_are_restored_likewise'
);
select is(
    opened('fifo', 'lots'), '10:03, version 3', 'the_position_is_open_since_it_turned'
);

-- In the middle of a flip.
call trade($$
    fa 10:00 buy 1 @ 100
    fb 10:02 sell 3 @ 110
    fc 10:04 buy 2 @ 90
$$, 'flip');
select is(opened('wac', 'flip'), 'flat, version 1', 'it_ended_flat');
call trade($$ fd 10:01 buy 1 @ 104 $$, 'flip');
select is(
    journal('wac', 'flip'),
    'fa1 1 100 realized 0 after 1 cost 100; fd1 1 104 realized 0 after 2 cost 204; '
    'fb1 -2 -220 realized 16 after 0 cost 0; fb2 -1 -110 realized 0 after -1 cost -110; '
    'fc1 1 90 realized 20 after 0 cost 0; fc2 1 90 realized 0 after 1 cost 90',
    'a_late_fill_before_a_flip_moves_the_point_at_which_it_turns'
);
select is(opened('wac', 'flip'), '10:04, version 2', 'it_is_open_since_the_second_flip');
select is(
    matched('lifo', 'flip'),
    'fb closes 1 long fd: 110 - 104 = 6; fb closes 1 long fa: 110 - 100 = 10; '
    'fc closes 1 short fb: -90 - -110 = 20',
    'the_parts_of_a_flip_are_matched_anew'
);

-- When it was opened.
call trade($$
    oa 10:00 buy 1 @ 100
    ob 10:02 sell 1 @ 110
    oc 10:04 buy 1 @ 100
$$, 'opened');
call trade($$ od 10:03 buy 1 @ 100 $$, 'opened');
select is(opened('wac', 'opened'), '10:03, version 2', 'a_late_fill_can_open_the_run_earlier');
call trade($$ oe 09:00 buy 1 @ 100 $$, 'opened');
select is(opened('wac', 'opened'), '09:00, version 3', 'a_late_fill_can_join_two_runs');
call trade($$ of 08:59 sell 1 @ 100 $$, 'opened');
select is(opened('wac', 'opened'), '10:03, version 4', 'a_late_fill_can_part_them_again');
call trade($$ og 10:05 sell 1 @ 100 $$, 'opened');
call trade($$ oh 10:01 buy 1 @ 100 $$, 'opened');
select is(opened('wac', 'opened'), '10:00, version 6', 'a_late_fill_keeps_a_run_from_ending');

-- One time: a flip that the late fill precedes by its sequence alone.
call trade($$
    ta 09:00 buy 1 @ 100
    tb 10:00 sell 2 @ 110 seq 5
$$, 'turned');
call trade($$ tc 10:00 buy 5 @ 105 seq 3 $$, 'turned');
select is(
    opened('wac', 'turned'), '09:00, version 2',
    'a_late_fill_of_the_same_time_as_a_flip_undoes_it_and_its_opening'
);
select is(
    stand('fifo', 'turned'), '4 at 105 cost 420, realized 15, fees 0, net 15',
    'a_late_fill_of_the_same_time_goes_by_sequence'
);

-- One time and one sequence: arrival decides, so nothing is late.
call trade($$ sa 10:00 buy 1 @ 100 seq 2 $$, 'ties');
call trade($$ sb 10:00 buy 1 @ 110 seq 2 $$, 'ties');
select is(
    pg_temp.superseded('fifo', 'ties'), null, 'a_fill_of_equal_time_and_sequence_is_not_late'
);
call trade($$ sc 10:00 buy 1 @ 120 seq 1 $$, 'ties');
select is(
    pg_temp.superseded('fifo', 'ties'), 'sa1 sb1',
    'a_fill_of_equal_time_and_lower_sequence_is_late'
);
call trade($$ sd 10:00 sell 3 @ 130 seq 2 $$, 'ties');
select is(
    matched('fifo', 'ties'),
    'sd closes 1 long sc: 130 - 120 = 10; sd closes 1 long sa: 130 - 100 = 30; '
    'sd closes 1 long sb: 130 - 110 = 20',
    'equal_times_are_ordered_by_sequence_and_then_by_arrival'
);

-- Late and in order, several positions, one statement.
call trade($$ xa 10:05 buy 1 @ 100 $$, 'mixed');
call trade($$ xb 10:05 buy 1 @ 10 $$, 'mixed', 'ETH/USD');
insert into utl.fills (
    venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
)
select
    f.name, ('2026-01-05 ' || f.at || 'Z')::timestamptz, f.side, 1, f.price,
    utl.book_id('mixed'), utl.account_id('main'), utl.instrument_id(f.instrument)
from (
    values
    ('xc', '10:04', 'buy', 120, 'BTC/USD'), ('xd', '10:06', 'sell', 130, 'BTC/USD'),
    ('xe', '10:06', 'sell', 13, 'ETH/USD')
) as f (name, at, side, price, instrument);
select is(
    matched('fifo', 'mixed'), 'xd closes 1 long xc: 130 - 120 = 10',
    'late_and_new_fills_of_one_position_come_in_one_statement'
);
select is(
    matched('fifo', 'mixed', 'ETH/USD'), 'xe closes 1 long xb: 13 - 10 = 3',
    'a_position_without_late_fills_is_booked_beside_it'
);
select is(
    opened('fifo', 'mixed') || '; ' || opened('fifo', 'mixed', 'ETH/USD'),
    '10:04, version 2; flat, version 2', 'each_position_changes_once_a_statement'
);
select is(
    (
        select count(*) from utl_private.superseded_entries as s
        inner join utl.unit_costs as u on s.position_id = u.position_id
        where u.book = 'mixed' and u.instrument = 'ETH/USD'
    ),
    0::bigint, 'only_the_late_position_is_restated'
);

-- Fees, in the cost currency and in another.
call trade($$
    ea 10:00 buy 1 @ 100 fee 1 USD
    eb 10:02 sell 3 @ 110 fee 2 USD
$$, 'fees');
call trade($$ ec 10:01 buy 1 @ 104 fee 4 USD $$, 'fees');
call trade($$ ed 09:00 buy 1 @ 100 fee 0.001 ETH $$, 'fees');
select is(
    stand('wac', 'fees'), '0 at - cost 0, realized 26, fees 7, net 19',
    'fees_of_superseded_entries_are_neither_lost_nor_doubled'
);
select is(
    stand('capitalizing', 'fees'), '0 at - cost 0, realized 19, fees 7, net 19',
    'capitalized_fees_are_neither_lost_nor_doubled'
);
select is(
    (
        select f.fees from utl.position_fees as f
        where f.book = 'fees' and f.costing = 'wac' and f.asset = 'ETH'
    ),
    0.001, 'fees_in_other_assets_are_counted_once'
);

-- Many, in any order, equal times among them, by one statement and by many, as if in order.
create temp table deals as
select
    'n' || n as name,
    '2026-01-06 10:00Z'::timestamptz + ((n * 7) % 20) * interval '1 s' as executed_at,
    n as sequence,
    case when n % 3 = 0 then 'sell' else 'buy' end as side,
    1 + (n * 5) % 4 as quantity,
    100 + (n * 11) % 17 as price,
    n % 4 as fee
from generate_series(1, 60) as n;
insert into deals
select 'm' || d.name, d.executed_at + interval '5 s', d.sequence, 'sell', d.quantity + 1, 103, 0
from deals as d
where d.sequence % 5 = 0;

create function pg_temp.deal(ordering text, book text, account text)
returns void
language plpgsql
as $deal$
declare
    _deal record;
begin
    for _deal in execute format('select * from deals order by %s', ordering) loop
        insert into utl.fills (
            venue_fill_id, executed_at, sequence, side, quantity, price, fee, fee_asset_id,
            book_id, account_id, instrument_id
        )
        values (
            _deal.name, _deal.executed_at, _deal.sequence, _deal.side, _deal.quantity, _deal.price,
            _deal.fee, utl.asset_id('USD'),
            utl.book_id(book), utl.account_id(account), utl.instrument_id('ETH/USD')
        );
    end loop;
end
$deal$;

do $deal$
begin
    perform pg_temp.deal('executed_at, sequence, name', 'many', 'main');
    perform pg_temp.deal('md5(name)', 'flip', 'other');
end
$deal$;
insert into utl.fills (
    venue_fill_id, executed_at, sequence, side, quantity, price, fee, fee_asset_id,
    book_id, account_id, instrument_id
)
select
    'w' || d.name, d.executed_at, d.sequence, d.side, d.quantity, d.price, d.fee,
    utl.asset_id('USD'), utl.book_id('lots'), utl.account_id('main'),
    utl.instrument_id('ETH/USD')
from deals as d
where d.sequence % 2 = 0;
insert into utl.fills (
    venue_fill_id, executed_at, sequence, side, quantity, price, fee, fee_asset_id,
    book_id, account_id, instrument_id
)
select
    'w' || d.name, d.executed_at, d.sequence, d.side, d.quantity, d.price, d.fee,
    utl.asset_id('USD'), utl.book_id('lots'), utl.account_id('main'),
    utl.instrument_id('ETH/USD')
from deals as d
where d.sequence % 2 = 1
order by md5(d.name);

select
    is(
        journal(m, 'flip', 'ETH/USD'), journal(m, 'many', 'ETH/USD'),
        'fills_in_any_order_give_the_journal_of_those_in_order_by_' || m
    )
from unnest(array['wac', 'fifo', 'lifo', 'hifo', 'lofo']) as m;
select
    is(
        lots(m, 'flip', 'ETH/USD'), lots(m, 'many', 'ETH/USD'),
        'fills_in_any_order_leave_the_lots_of_those_in_order_by_' || m
    )
from unnest(array['fifo', 'lifo', 'hifo', 'lofo']) as m;
select
    is(
        replace(journal(m, 'lots', 'ETH/USD'), 'w', ''), journal(m, 'many', 'ETH/USD'),
        'many_late_fills_in_one_statement_give_the_journal_of_those_in_order_by_' || m
    )
from unnest(array['wac', 'fifo', 'lifo', 'hifo', 'lofo']) as m;

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
