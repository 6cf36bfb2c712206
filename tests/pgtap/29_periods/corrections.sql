-- Busts and amendments that meet a closed period: what is booked in it stays, is reversed at its
-- end, and what counts instead is booked there, too.
begin;
select plan(54);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument('BTC/USD');
    perform utl.add_asset('BNB');
end
$set_up$;

-- A book with fills a, b, c of a closed period and d of the open one, called BOOK.a and so on.
create procedure pg_temp.open_book(book text, blotter text)
language plpgsql
as $open_book$
begin
    perform utl.add_book(book);
    perform utl.add_costing(book, 'fifo');
    perform utl.add_costing(
        book, 'hifo', 'by account', pool => 'account', fees => 'capitalize', rank_by => 'unit_cost'
    );
    call tap.trade(replace(blotter, '?', book), book);
    perform utl.close_period(book, '2026-01-05 12:00Z');
end
$open_book$;

create procedure pg_temp.open_usual_book(book text)
language sql
as $open_usual_book$
    call pg_temp.open_book(book, $$
        ?.a 10:00 buy 2 @ 100 fee 1 USD
        ?.b 10:10 buy 1 @ 112
        ?.c 11:00 sell 1 @ 130
        ?.d 13:00 sell 1 @ 125
    $$)
$open_usual_book$;

-- What is kept: kind, what, when it is booked, of which fill, and whether under an id of its own.
create function pg_temp.kept(book text)
returns text
language sql
stable
as $kept$
    select string_agg(
        format(
            '%s %s %s %s @ %s fee %s at %s%s', tap.fill_name(p.of_fill_id), p.kind, p.side,
            trim_scale(p.quantity), trim_scale(p.price), trim_scale(p.fee),
            to_char(p.booked_for at time zone 'UTC', 'HH24:MI'),
            case when p.fill_id <> p.of_fill_id then ' anew' end
        ),
        '; ' order by p.of_fill_id, p.fill_id
    )
    from utl.prior_period_bookings as p
    where p.book = kept.book
$kept$;

create function pg_temp.closed_figures(book text)
returns text
language sql
stable
as $closed_figures$
    select string_agg(f.line, E'\n' order by f.line)
    from (
        select row(p.costing, p.account, p.quantity, p.cost, p.realized_pnl, p.fees)::text
        from utl.positions_at('2026-01-05 11:59:59.999999Z', book => closed_figures.book) as p
        union all
        select row(
            e.costing, e.account, e.effective_at, e.fill_id, e.part, e.quantity, e.amount, e.fee,
            e.realized_pnl, e.quantity_after, e.cost_after, e.realized_pnl_after, e.fees_after,
            e.booked_at
        )::text
        from utl.position_entries as e
        where e.effective_at < '2026-01-05 12:00Z' and e.book = closed_figures.book
    ) as f (line)
$closed_figures$;

create function pg_temp.stays_closed(book text, figures text, description text)
returns setof text
language sql
as $stays_closed$
    select tap.is(
        pg_temp.closed_figures(book), figures, description || '_changes_nothing_that_is_closed'
    )
    union all
    select tap.is(tap.audit(), 'sound', description || '_leaves_the_ledger_sound')
$stays_closed$;

-- A bust, an amendment that brings the fill back, another, and a bust of that. By hand, wac: 3 for
-- 312; c gains 26 and leaves 2 for 208; fifo: c gains 30 and leaves one of a and b.
call pg_temp.open_usual_book('bust');
drop table if exists kept_figures;
create temp table kept_figures as
select pg_temp.closed_figures('bust') as figures;
select is(
    stand('wac', 'bust'), '1 at 104 cost 104, realized 47, fees 1, net 46', 'as_it_came_by_wac'
);
select is(
    stand('fifo', 'bust'), '1 at 112 cost 112, realized 55, fees 1, net 54', 'as_it_came_by_fifo'
);
call bust('bust.a');
-- Wac: 2 for 208 go at 100: -8. Fifo: what is left of a at 100: 0; b: -12.
select is(
    stand('wac', 'bust'), '-1 at 125 cost -125, realized 18, fees 0, net 18',
    'a_closed_fill_is_busted_at_the_end_of_the_period_by_wac'
);
select is(
    stand('fifo', 'bust'), '-1 at 125 cost -125, realized 18, fees 0, net 18',
    'a_closed_fill_is_busted_at_the_end_of_the_period_by_fifo'
);
-- Capitalized: a for 201, b for 112; c closes b, the dearest: 18; the 201 go for 201.
select is(
    stand('by account', 'bust'), 'main: -1 at 125 cost -125, realized 18, fees 0, net 18',
    'its_capitalized_fee_is_taken_back'
);
select is(
    stood('wac', '12:00', book => 'bust'), '0 at - cost 0, realized 18, fees 0',
    'the_reversal_counts_at_the_end_of_the_period'
);
select is(
    pg_temp.kept('bust'),
    'bust.a as closed buy 2 @ 100 fee 1 at 10:00;'
    ' bust.a reversal sell 2 @ 100 fee -1 at 12:00 anew',
    'what_was_closed_is_kept_and_what_takes_it_back'
);
select results_eq(
    $$
        select e.effective_at, e.belongs_at, e.quantity from utl.position_entries as e
        where e.book = 'bust' and e.costing = 'wac' and e.belongs_at is not null
    $$,
    $$ values ('2026-01-05 12:00Z'::timestamptz, '2026-01-05 10:00Z'::timestamptz, -2::numeric) $$,
    'the_entries_of_the_reversal_say_when_it_belongs_and_those_that_are_closed_do_not'
);
select results_eq(
    $$
        select r.cause, r.restated_from, r.entries_replaced, r.realized_pnl_before,
            r.realized_pnl_after
        from utl.restatements as r where r.book = 'bust' and r.costing = 'wac'
    $$,
    $$ values ('bust', '2026-01-05 12:00Z'::timestamptz, 1::bigint, 47::numeric, 18::numeric) $$,
    'what_came_after_the_period_is_restated'
);
select pg_temp.stays_closed('bust', (select figures from kept_figures), 'a_bust');
call bust('bust.a');
select is(
    pg_temp.kept('bust'),
    'bust.a as closed buy 2 @ 100 fee 1 at 10:00;'
    ' bust.a reversal sell 2 @ 100 fee -1 at 12:00 anew',
    'a_second_bust_takes_nothing_back'
);
select is(
    opened('wac', 'bust'), '13:00, version 2', 'a_second_bust_is_no_change_of_the_position'
);

call amend('bust.a', price => 101);
-- At 12:00 nothing is left and 18 gained; 2 for 202; d gains 24.
select is(
    stand('wac', 'bust'), '1 at 101 cost 101, realized 42, fees 1, net 41',
    'a_busted_fill_is_brought_back_at_the_end_of_the_period_by_wac'
);
select is(
    stand('fifo', 'bust'), '1 at 101 cost 101, realized 42, fees 1, net 41',
    'a_busted_fill_is_brought_back_at_the_end_of_the_period_by_fifo'
);
select pg_temp.stays_closed(
    'bust', (select figures from kept_figures), 'an_amendment_of_a_busted_fill'
);
call amend('bust.a', quantity => 3, fee => 2);
select is(
    stand('wac', 'bust'), '2 at 101 cost 202, realized 42, fees 2, net 40',
    'what_was_booked_in_the_open_is_replaced_in_its_place'
);
select is(
    pg_temp.kept('bust'),
    'bust.a as closed buy 2 @ 100 fee 1 at 10:00;'
    ' bust.a reversal sell 2 @ 100 fee -1 at 12:00 anew;'
    ' bust.a replacement buy 3 @ 101 fee 2 at 12:00 anew',
    'a_second_amendment_adds_nothing'
);
call bust('bust.a');
select is(
    stand('wac', 'bust'), '-1 at 125 cost -125, realized 18, fees 0, net 18',
    'a_replacement_can_be_busted'
);
select pg_temp.stays_closed('bust', (select figures from kept_figures), 'a_bust_of_a_replacement');

-- An amendment: reversal and replacement, in this order.
call pg_temp.open_usual_book('amend');
drop table if exists kept_figures;
create temp table kept_figures as
select pg_temp.closed_figures('amend') as figures;
call amend('amend.b', price => 106, fee => 3, fee_asset => 'USD');
-- Wac: 2 for 208, b goes at 112: 8 gained, 1 for 104; b comes at 106: 2 for 210; d: 20 gained.
select is(
    stand('wac', 'amend'), '1 at 105 cost 105, realized 54, fees 4, net 50',
    'a_closed_fill_is_amended_at_the_end_of_the_period_by_wac'
);
-- Fifo: a and b are left; the reversal closes a at 112: 12 gained; then d closes b at 125: 13.
select is(
    matched('fifo', 'amend'),
    'amend.c closes 1 long amend.a: 130 - 100 = 30;  closes 1 long amend.a: 112 - 100 = 12;'
    ' amend.d closes 1 long amend.b: 125 - 112 = 13',
    'a_reversal_closes_as_any_fill_of_that_moment_by_fifo'
);
select is(
    stand('fifo', 'amend'), '1 at 106 cost 106, realized 55, fees 4, net 51',
    'a_closed_fill_is_amended_at_the_end_of_the_period_by_fifo'
);
select is(
    pg_temp.kept('amend'),
    'amend.b as closed buy 1 @ 112 fee 0 at 10:10;'
    ' amend.b reversal sell 1 @ 112 fee 0 at 12:00 anew;'
    ' amend.b replacement buy 1 @ 106 fee 3 at 12:00 anew',
    'a_reversal_has_the_values_that_were_closed_and_a_replacement_the_new_ones'
);
select pg_temp.stays_closed('amend', (select figures from kept_figures), 'an_amendment');

-- Closing more: the replacement is closed then, too, and is reversed where the period ends now.
do $$ begin perform utl.close_period('amend', '2026-01-05 13:30Z'); end $$;
call amend('amend.b', quantity => 2);
-- Wac at 13:30: 1 for 105; the replacement goes at 106, fee back: 1 gained; 2 come at 106.
select is(
    stand('wac', 'amend'), '2 at 106 cost 212, realized 55, fees 4, net 51',
    'a_replacement_that_was_closed_is_reversed_at_the_end_of_the_later_period_by_wac'
);
select is(
    pg_temp.kept('amend'),
    'amend.b as closed buy 1 @ 112 fee 0 at 10:10;'
    ' amend.b reversal sell 1 @ 112 fee 0 at 12:00 anew;'
    ' amend.b replacement buy 1 @ 106 fee 3 at 12:00 anew;'
    ' amend.b reversal sell 1 @ 106 fee -3 at 13:30 anew;'
    ' amend.b replacement buy 2 @ 106 fee 3 at 13:30 anew',
    'each_period_keeps_what_was_booked_in_it'
);
select is(
    stood('wac', '13:00', book => 'amend'), '1 at 105 cost 105, realized 54, fees 4',
    'the_later_period_stays_as_it_was_closed'
);
select pg_temp.stays_closed(
    'amend', (select figures from kept_figures), 'an_amendment_of_what_was_closed_later'
);

-- Into the closed period and out of it.
call pg_temp.open_usual_book('into');
drop table if exists kept_figures;
create temp table kept_figures as
select pg_temp.closed_figures('into') as figures;
call amend('into.d', at => '10:05', price => 100);
-- At 12:00: 2 for 208, one goes at 100: -4.
select is(
    stood('wac', '12:00', book => 'into'), '1 at 104 cost 104, realized 22, fees 1',
    'a_fill_that_is_moved_into_a_closed_period_counts_from_its_end'
);
select is(
    pg_temp.kept('into'), 'into.d replacement sell 1 @ 100 fee 0 at 12:00',
    'it_is_booked_under_its_own_id'
);
select pg_temp.stays_closed(
    'into', (select figures from kept_figures), 'an_amendment_into_a_closed_period'
);
call amend('into.d', at => '13:00', price => 125);
select is(
    stood('wac', '12:59', book => 'into'), '2 at 104 cost 208, realized 26, fees 1',
    'it_can_be_moved_back'
);
select is(
    stand('wac', 'into'), '1 at 104 cost 104, realized 47, fees 1, net 46',
    'what_was_moved_back_counts_as_before'
);
select is(pg_temp.kept('into'), null, 'what_was_moved_back_is_booked_at_its_own_time');

call pg_temp.open_usual_book('out');
drop table if exists kept_figures;
create temp table kept_figures as
select pg_temp.closed_figures('out') as figures;
call amend('out.c', at => '14:00');
-- At 12:00 c is taken back: 3 for 338, 26 gained; d: 12.333… gained; c: 17.333….
select is(
    stood('wac', '12:00', book => 'out'),
    '3 at 112.666666666666666667 cost 338, realized 26, fees 1',
    'a_fill_that_is_moved_out_of_a_closed_period_is_taken_back_at_its_end'
);
select is(
    journal('fifo', 'out'),
    'out.a1 2 200 realized 0 after 2 cost 200; out.b1 1 112 realized 0 after 3 cost 312;'
    ' out.c1 -1 -130 realized 30 after 2 cost 212; 1 1 130 realized 0 after 3 cost 342;'
    ' out.d1 -1 -125 realized 25 after 2 cost 242; 1 -1 -130 realized 18 after 1 cost 130',
    'it_counts_at_its_new_time'
);
select is(
    pg_temp.kept('out'),
    'out.c as closed sell 1 @ 130 fee 0 at 11:00; out.c reversal buy 1 @ 130 fee 0 at 12:00 anew;'
    ' out.c replacement sell 1 @ 130 fee 0 at 14:00 anew',
    'it_is_booked_under_an_id_of_its_own'
);
select pg_temp.stays_closed(
    'out', (select figures from kept_figures), 'an_amendment_out_of_a_closed_period'
);

-- Late fills and their corrections, also those that came before them.
call pg_temp.open_usual_book('late');
drop table if exists kept_figures;
create temp table kept_figures as
select pg_temp.closed_figures('late') as figures;
call bust('late.x');
call amend('late.y', price => 90);
call trade($$
    late.x 10:30 sell 1 @ 140 fee 0.1 BNB
    late.y 10:31 buy 1 @ 144
    late.z 10:32 buy 1 @ 1
$$, 'late');
call bust('late.z');
select is(
    pg_temp.kept('late'), 'late.y replacement buy 1 @ 90 fee 0 at 12:00',
    'a_late_fill_that_was_busted_before_or_after_it_came_books_nothing'
);
select is(
    stood('fifo', '12:00', book => 'late'),
    '3 at 100.666666666666666667 cost 302, realized 30, fees 1',
    'a_late_fill_that_was_amended_before_it_came_is_booked_as_it_counts'
);
select is_empty(
    $$ select p.* from utl.position_fees as p where p.book = 'late' and p.asset = 'BNB' $$,
    'a_late_fill_that_does_not_count_has_no_fee_in_another_asset'
);
select pg_temp.stays_closed(
    'late', (select figures from kept_figures), 'a_correction_of_a_late_fill'
);

-- Fees in other assets are taken back and come anew.
call pg_temp.open_book('fees', '?.a 10:00 buy 2 @ 100 fee 1 BNB');
call amend('fees.a', fee => 3);
select is(
    (
        select string_agg(p.costing || ' ' || p.fees, ', ' order by p.costing)
        from utl.position_fees as p
        where p.book = 'fees'
    ), 'by account 3, fifo 3, wac 3', 'a_fee_in_another_asset_is_amended_in_a_closed_period'
);
select is(
    stand('wac', 'fees'), '2 at 100 cost 200, realized 0, fees 0, net 0',
    'the_position_comes_back_after_a_reversal'
);

-- By the order of arrival: what had arrived when its period was closed stays, too.
do $arrival$
begin
    perform utl.add_book('arrival');
    perform utl.add_costing('arrival', 'fifo', booking_order => 'arrival');
    insert into utl.fills (
        venue_fill_id, executed_at, recorded_at, side, quantity, price,
        book_id, account_id, instrument_id
    )
    values
    (
        'arrival.a', '2026-01-05 10:00Z', '2026-01-05 10:00:01Z', 'buy', 2, 100,
        utl.book_id('arrival'), utl.account_id('main'), utl.instrument_id('BTC/USD')
    );
    perform utl.close_period('arrival', '2026-01-05 12:00Z');
end
$arrival$;
drop table if exists kept_figures;
create temp table kept_figures as
select pg_temp.closed_figures('arrival') as figures;
call amend('arrival.a', price => 90);
select pg_temp.stays_closed(
    'arrival', (select figures from kept_figures), 'an_amendment_by_arrival'
);

select * from finish();
rollback;
