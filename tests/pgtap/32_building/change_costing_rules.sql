-- What a change of method leaves as it was, what it restates, and what it refuses.
begin;
select plan(61);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument('BTC/USD');
    perform utl.add_asset('BNB');
    perform utl.add_book(b) from unnest(array['desk', 'empty', 'closed', 'fees', 'ranks']) as b;
    perform utl.add_costing('desk', 'fifo');
    perform utl.add_costing('desk', 'fifo', 'arrival', booking_order => 'arrival');
    call tap.trade($$
        a 10:00 buy 1 @ 100 fee 1 USD
        b 10:01 buy 1 @ 120 fee 0.5 BNB
        c 10:02 buy 1 @ 110
        d 10:03 sell 1 @ 130
        e 12:00 buy 1 @ 105 fee 0.25 BNB
        f 13:00 sell 2 @ 140 fee 2 USD
    $$);
end
$set_up$;

create function pg_temp.at(time_of_day text)
returns timestamptz
language sql
immutable
as $at$
    select ('2026-01-05 ' || time_of_day || 'Z')::timestamptz
$at$;

create function pg_temp.early_entries()
returns text
language sql
stable
as $early_entries$
    select string_agg(e::text, E'\n' order by e.costing, e.effective_at, e.fill_id)
    from utl.position_entries as e
    where e.book = 'desk' and e.effective_at < pg_temp.at('10:59')
$early_entries$;

-- The row, and repeating it.
create temp table kept_early_entries as
select pg_temp.early_entries() as early_entries;
create temp table kept_wac_before as
select stand('wac') as wac_before;
create temp table kept_bnb_before as
select fees as bnb_before from utl.position_fees
where costing = 'fifo' and asset = 'BNB';
create temp table kept_known as
select clock_timestamp() as known;
select row_eq(
    $$
        select c.book, c.costing, c.method, c.pool, c.fees, c.rank_by, c.is_primary, c.starts_at,
            c.ends_at, c.is_built
        from utl.change_costing('desk', 'lifo', pg_temp.at('11:00'), 'fifo') as c
    $$,
    row(
        'desk'::text, 'fifo'::text, 'lifo'::text, 'book'::text, 'expense'::text, 'price'::text,
        false, pg_temp.at('11:00'), null::timestamptz, true
    ),
    'a_change_returns_the_row_of_the_costing_as_it_goes_on'
);
select results_eq(
    $$
        select c.method, c.starts_at, c.ends_at from utl.costings as c
        where c.book = 'desk' and c.costing = 'fifo' order by c.starts_at nulls first
    $$,
    $$
        values
        ('fifo', null, pg_temp.at('11:00')), ('lifo', pg_temp.at('11:00'), null)
    $$, 'each_method_says_when_it_holds'
);
select is(
    stand('fifo'), '1 at 120 cost 120, realized 95, fees 3, net 92', 'the_figures_are_those_by_hand'
);
select is(
    pg_temp.early_entries(), (select early_entries from kept_early_entries),
    'what_is_before_the_change_is_as_it_was_and_was_booked_when_it_was'
);
select is(
    stand('wac'), (select wac_before from kept_wac_before), 'other_costings_stay_as_they_were'
);
select results_eq(
    $$
        select sum(r.entries_replaced), sum(r.realized_pnl_delta), max(r.restated_from)
        from utl.restatements as r where r.costing = 'fifo' and r.cause = 'costing'
    $$,
    $$ values (3::numeric, (95 - 80)::numeric, pg_temp.at('11:00')) $$,
    'what_is_booked_again_is_recorded'
);
create temp table kept_restated as
select count(*) as restated from utl.restatements;
select row_eq(
    $$ select c.* from utl.change_costing('desk', 'lifo', pg_temp.at('11:00'), 'fifo') as c $$,
    (
        select c from utl.costings as c
        where c.book = 'desk' and c.costing = 'fifo' and c.ends_at is null
    ), 'the_same_call_returns_the_same_row'
);
select is(
    (select count(*) from utl.restatements), (select restated from kept_restated)::bigint,
    'repeating_it_restates_nothing'
);

-- Reading times before and after the change, as known before and after it was made.
select
    is(
        stood('fifo', t.at, t.known), t.stood,
        format('at_%s_as_known_%s', t.at, t.said)
    )
from (
    values
    ('10:59', 'infinity'::timestamptz, 'now', '2 at 115 cost 230, realized 30, fees 1'),
    ('11:30', 'infinity', 'now', '2 at 115 cost 230, realized 30, fees 1'),
    ('12:30', 'infinity', 'now', '3 at 111.666666666666666667 cost 335, realized 30, fees 1'),
    ('13:30', 'infinity', 'now', '1 at 120 cost 120, realized 95, fees 3'),
    (
        '10:59', (select known from kept_known), 'before_the_change',
        '2 at 115 cost 230, realized 30, fees 1'
    ),
    (
        '13:30', (select known from kept_known), 'before_the_change',
        '1 at 105 cost 105, realized 80, fees 3'
    )
) as t (at, known, said, stood);
select is(
    (
        select string_agg(p.method, ' ' order by t.n)
        from unnest(array['10:59', '11:30', '12:30', '13:30']) with ordinality as t (at, n)
        cross join lateral utl.position_at('desk', 'BTC/USD', pg_temp.at(t.at)) as p
        where p.costing = 'fifo'
    ), 'fifo lifo lifo lifo', 'a_position_says_by_which_method_it_stood'
);
select is(
    (
        select p.last_fill_at from utl.position_at('desk', 'BTC/USD', pg_temp.at('11:30')) as p
        where p.costing = 'fifo'
    ), pg_temp.at('10:03'), 'its_last_fill_was_before_the_change_as_long_as_none_came_after_it'
);
select results_eq(
    $$
        select r.costing, r.realized_pnl
        from utl.realized_pnl_between('desk', pg_temp.at('10:00'), pg_temp.at('14:00')) as r
        where r.costing = 'fifo'
    $$,
    $$ values ('fifo', 95::numeric) $$, 'what_it_realized_over_the_change_adds_up'
);
select results_eq(
    $$
        select fill_name(m.open_fill_id), m.opened_at, m.closed_at, m.method
        from utl.lot_matches as m
        where m.costing = 'fifo' order by m.closed_at, m.part
    $$,
    $$
        values
        ('a', pg_temp.at('10:00'), pg_temp.at('10:03'), 'fifo'),
        ('e', pg_temp.at('12:00'), pg_temp.at('13:00'), 'lifo'),
        ('c', pg_temp.at('10:02'), pg_temp.at('13:00'), 'lifo')
    $$, 'a_lot_that_was_carried_over_is_that_of_its_fill'
);
select results_eq(
    $$
        select fill_name(o.fill_id), o.opened_at, o.method from utl.open_lots as o
        where o.costing = 'fifo'
    $$,
    $$ values ('b', pg_temp.at('10:01'), 'lifo') $$, 'an_open_lot_is_shown_once_with_its_own_time'
);
select is(
    opened('fifo'), '10:00, version 1', 'the_position_is_open_since_before_the_change'
);
select is(
    (
        select string_agg(p.costing || ' ' || p.fees, ', ' order by p.costing)
        from utl.position_fees as p
        where p.asset = 'BNB' and p.costing in ('fifo', 'wac')
    ),
    format('fifo %1$s, wac %1$s', (select bnb_before from kept_bnb_before)),
    'fees_in_other_assets_are_counted_once'
);
select is(audit(), 'sound', 'the_ledger_is_sound_after_a_change');

-- A late fill before the change restates both: x closes a, then d closes b: 10, c is left;
-- f closes e and c.
call trade($$ x 10:02:30 sell 1 @ 115 $$);
select is(
    stand('fifo'), '0 at - cost 0, realized 90, fees 3, net 87',
    'a_late_fill_before_the_change_counts_in_what_comes_after_it'
);
select is(
    stood('fifo', '11:30'), '1 at 110 cost 110, realized 25, fees 1',
    'a_late_fill_before_the_change_counts_before_it'
);
select is(
    (
        select count(*) from utl.restatements as r
        where r.costing = 'fifo' and r.cause = 'late fill'
    ), 2::bigint, 'both_methods_are_restated'
);
-- The fills after the change go, and come back.
call bust('f');
call bust('e');
select is(
    stand('fifo'), '1 at 110 cost 110, realized 25, fees 1, net 24',
    'without_fills_after_the_change_the_position_stands_where_it_stood'
);
select is(lots('fifo'), 'c 1 at 110 cost 110', 'its_lots_are_those_that_were_left');
select is(audit(), 'sound', 'the_ledger_is_sound_without_fills_after_the_change');
call amend('f', quantity => 3, price => 100);
select is(
    stand('fifo'), '-2 at 100 cost -200, realized 15, fees 3, net 12',
    'a_fill_after_the_change_that_comes_back_goes_on_from_what_was_left'
);
select is(audit(), 'sound', 'the_ledger_is_sound_when_they_come_back');

-- Planned ahead: the primary costing, where none is named.
select row_eq(
    $$
        select c.costing, c.method, c.is_primary
        from utl.change_costing('desk', 'hifo', '2100-01-01Z') as c
    $$,
    row('wac'::text, 'hifo'::text, true), 'the_primary_costing_is_changed_where_none_is_named'
);
select is(
    stand('wac'), '-2 at 100 cost -200, realized 15, fees 3, net 12',
    'a_change_to_come_changes_nothing_yet'
);
select is(
    (
        select b.primary_costing from utl.books as b
        where b.book = 'desk'
    ), 'wac',
    'the_primary_costing_keeps_its_name'
);
select is(
    (
        select count(*) from utl.unit_costs as u
        where u.costing = 'wac' and u.book = 'desk' and u.is_primary
    ), 1::bigint, 'a_costing_that_changes_is_shown_once'
);

-- Fees and ranks from then on. Before: 100 and fee beside; after: fee in the cost.
call trade($$
    p 10:00 buy 1 @ 100 fee 5 USD
    q 12:00 buy 1 @ 100 fee 7 USD
    r 13:00 sell 2 @ 120 fee 1 USD
$$, 'fees');
do $$
begin
    perform utl.change_costing('fees', 'wac', '2026-01-05 11:00Z', fees => 'capitalize');
end
$$;
select is(
    journal('wac', 'fees'),
    'p1 1 100 realized 0 after 1 cost 100; 1 1 100 realized 0 after 1 cost 100;'
    ' q1 1 107 realized 0 after 2 cost 207; r1 -2 -239 realized 32 after 0 cost 0',
    'fees_can_be_capitalized_from_a_time_on'
);
select is(
    (
        select format('realized %s, fees %s, net %s', u.realized_pnl, u.fees, u.net_pnl)
        from utl.unit_costs as u
        where u.book = 'fees' and u.costing = 'wac' and u.is_primary
    ),
    'realized 32, fees 13, net 27',
    'what_was_expensed_before_stays_expensed'
);
select results_eq(
    $$
        select n.net_realized, n.total_pnl from utl.pnl as n where n.book = 'fees' and n.is_primary
    $$,
    $$values (27::numeric, 27::numeric)$$,
    'and_in_pnl'
);
select is(
    (
        select n.net_realized from utl.pnl_at('2026-01-05 10:30Z', book => 'fees') as n
        where n.is_primary
    ),
    -5::numeric,
    'and_at_a_time_before'
);
do $$ begin perform utl.add_costing('ranks', 'hifo'); end $$;
call trade($$
    s 10:00 buy 1 @ 100 fee 5 USD
    t 10:01 buy 1 @ 102 fee 1 USD
    u 12:00 buy 1 @ 101 fee 3 USD
    v 13:00 sell 1 @ 120
$$, 'ranks');
do $$
begin
    perform utl.change_costing(
        'ranks', 'hifo', '2026-01-05 11:00Z', 'hifo', fees => 'capitalize', rank_by => 'unit_cost'
    );
end
$$;
-- Unit costs with their fees: 105, 103, 104.
select is(
    matched('hifo', 'ranks'), 'v closes 1 long s: 120 - 100 = 20',
    'lots_that_are_carried_over_rank_as_the_new_method_ranks'
);
select is(
    lots('hifo', 'ranks'), 't 1 at 102 cost 102; u 1 at 104 cost 104',
    'lots_that_are_carried_over_keep_their_cost'
);
select is(audit(), 'sound', 'the_ledger_is_sound_after_changes_of_fees_and_ranks');

-- Refusals.
do $$ begin perform utl.close_period('closed', '2026-01-05 12:00Z'); end $$;
select
    throws_ok(
        format('select utl.change_costing(%s)', c.arguments), c.state, c.message, c.description
    )
from (
    values
    (
        '''desc'', ''lifo'', pg_temp.at(''11:00'')', '22U01', 'unknown book: ''desc''',
        'an_unknown_book_is_refused'
    ),
    (
        '''desk'', ''lifo'', pg_temp.at(''11:00''), ''nix''', '22U01',
        'book desk has no costing nix', 'an_unknown_costing_is_refused'
    ),
    (
        '''desk'', ''lifo'', null', '22U05', 'a costing cannot change at no time',
        'a_change_without_a_time_is_refused'
    ),
    (
        '''desk'', ''lifo'', ''infinity''', '22U05', 'a costing cannot change at infinity',
        'a_change_at_the_end_of_time_is_refused'
    ),
    (
        '''desk'', ''lifo'', ''-infinity''', '22U05', 'a costing cannot change at -infinity',
        'a_change_at_the_beginning_of_time_is_refused'
    ),
    (
        '''desk'', ''hifo'', pg_temp.at(''11:00''), ''fifo''', '23U02',
        'costing fifo of book desk has another method from then on',
        'another_method_from_the_same_time_is_refused'
    ),
    (
        '''desk'', ''lifo'', pg_temp.at(''11:00''), ''fifo'', ''capitalize''', '23U02',
        'costing fifo of book desk has another method from then on',
        'other_fees_from_the_same_time_are_refused'
    ),
    (
        '''desk'', ''hifo'', pg_temp.at(''10:00''), ''fifo''', '23U05',
        format('costing fifo of book desk has changed after %s', pg_temp.at('10:00')),
        'a_change_before_another_is_refused'
    ),
    (
        '''desk'', ''lifo'', pg_temp.at(''11:00''), ''arrival''', '23U05',
        'costing arrival books in order of arrival and cannot change',
        'a_costing_by_arrival_cannot_change'
    ),
    (
        '''closed'', ''lifo'', pg_temp.at(''11:59'')', '23U05',
        format('book closed is closed at %s', pg_temp.at('11:59')),
        'a_change_in_a_closed_period_is_refused'
    ),
    (
        '''empty'', ''average'', pg_temp.at(''11:00'')', '23514',
        'new row for relation "costings" violates check constraint "costings_method_is_known"',
        'an_unknown_method_is_refused'
    )
) as c (arguments, state, message, description);
select is(
    (
        select count(*) from utl.costings as c
        where c.book in ('empty', 'closed')
    ), 2::bigint,
    'what_was_refused_leaves_no_trace'
);
select lives_ok(
    $$ select utl.change_costing('closed', 'lifo', pg_temp.at('12:00')) $$,
    'a_costing_can_change_at_the_end_of_a_closed_period'
);
select throws_ok(
    $$ select as_role('utl_writer', 'select utl.change_costing(''desk'', ''wac'', now())') $$,
    '42501', 'permission denied for function change_costing', 'a_writer_may_not_change_a_costing'
);
select
    lives_ok(
        format($$ select as_role('utl_reader', 'select * from utl.%s') $$, v),
        'a_reader_may_read_' || v
    )
from unnest(array['lot_matches', 'open_lots', 'unit_costs', 'restatements', 'costings']) as v;

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
