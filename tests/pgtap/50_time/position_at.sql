begin;
select no_plan();

-- Moments at which somebody looked, by name.
create temp table moments (name text, at timestamptz);
create procedure pg_temp.look(name text)
language sql
as $look$
    insert into moments values (name, clock_timestamp());
$look$;
create function pg_temp.seen(name text)
returns timestamptz
language sql
as $seen$
    select m.at from moments as m where m.name = seen.name
$seen$;

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_book(b) from unnest(array['desk', 'other']) as b;
    perform utl.add_costing('desk', m) from unnest(array['fifo', 'lifo', 'hifo', 'lofo']) as m;
    perform utl.add_costing('desk', 'fifo', 'accounts', pool => 'account');
end
$set_up$;

call pg_temp.look('nothing');
call trade($$
    a 10:00 buy 2 @ 100 fee 1 USD
    b 10:02 sell 1 @ 130
$$);
call pg_temp.look('told');
call trade($$ c 10:01 buy 1 @ 80 fee 2 USD $$);
call pg_temp.look('late');
call bust('a');
call pg_temp.look('busted');
call amend('b', price => 120, at => '10:03');
call pg_temp.look('amended');
call trade($$ d 10:04 buy 1 @ 90 in sub $$);
call pg_temp.look('went on');

-- As of a time of the day.
select
    is(stood('fifo', a.time), a.position, 'position_at_' || replace(a.time, ':', '_'))
from (
    values
    ('09:59', null),
    ('10:00', null),
    ('10:00:59', null),
    ('10:01', '1 at 80 cost 80, realized 0, fees 2'),
    ('10:02', '1 at 80 cost 80, realized 0, fees 2'),
    ('10:03', '0 at - cost 0, realized 40, fees 2'),
    ('10:04', '1 at 90 cost 90, realized 40, fees 2'),
    ('23:59', '1 at 90 cost 90, realized 40, fees 2'),
    ('infinity', '1 at 90 cost 90, realized 40, fees 2')
) as a (time, position);

-- As known at a moment.
select
    is(
        stood(k.costing, k.time, pg_temp.seen(k.moment)), k.position,
        format('%s_at_%s_as_known_when_%s', k.costing, k.time, k.moment)
    )
from (
    values
    ('fifo', '10:00', 'nothing', null),
    ('fifo', '10:02', 'nothing', null),
    ('fifo', '10:00', 'told', '2 at 100 cost 200, realized 0, fees 1'),
    ('fifo', '10:01', 'told', '2 at 100 cost 200, realized 0, fees 1'),
    ('fifo', '10:02', 'told', '1 at 100 cost 100, realized 30, fees 1'),
    ('fifo', 'infinity', 'told', '1 at 100 cost 100, realized 30, fees 1'),
    ('fifo', '10:00', 'late', '2 at 100 cost 200, realized 0, fees 1'),
    ('fifo', '10:01', 'late', '3 at 93.333333333333333333 cost 280, realized 0, fees 3'),
    ('fifo', '10:02', 'late', '2 at 90 cost 180, realized 30, fees 3'),
    ('lifo', '10:02', 'told', '1 at 100 cost 100, realized 30, fees 1'),
    ('lifo', '10:02', 'late', '2 at 100 cost 200, realized 50, fees 3'),
    ('hifo', '10:02', 'late', '2 at 90 cost 180, realized 30, fees 3'),
    ('lofo', '10:02', 'late', '2 at 100 cost 200, realized 50, fees 3'),
    (
        'wac', '10:02', 'late',
        '2 at 93.333333333333333334 cost 186.666666666666666667, '
        'realized 36.666666666666666667, fees 3'
    ),
    ('fifo', '10:00', 'busted', null),
    ('fifo', '10:01', 'busted', '1 at 80 cost 80, realized 0, fees 2'),
    ('fifo', '10:02', 'busted', '0 at - cost 0, realized 50, fees 2'),
    ('wac', '10:02', 'busted', '0 at - cost 0, realized 50, fees 2'),
    ('fifo', '10:02', 'amended', '1 at 80 cost 80, realized 0, fees 2'),
    ('fifo', '10:03', 'amended', '0 at - cost 0, realized 40, fees 2'),
    ('fifo', 'infinity', 'amended', '0 at - cost 0, realized 40, fees 2'),
    ('fifo', '10:04', 'amended', '0 at - cost 0, realized 40, fees 2'),
    ('fifo', '10:04', 'went on', '1 at 90 cost 90, realized 40, fees 2'),
    (
        'accounts', 'infinity', 'went on',
        'main: 0 at - cost 0, realized 40, fees 2; sub: 1 at 90 cost 90, realized 0, fees 0'
    ),
    ('accounts', 'infinity', 'told', 'main: 1 at 100 cost 100, realized 30, fees 1')
) as k (costing, time, moment, position);

-- The bust of the only fill, and one that waits.
call trade($$ oa 10:00 buy 2 @ 10 $$, 'other');
call pg_temp.look('only');
call bust('oa');
call pg_temp.look('none');
call bust('ob');
call trade($$ ob 10:01 buy 2 @ 10 $$, 'other');
select is(
    stood('wac', 'infinity', pg_temp.seen('only'), 'other'),
    '2 at 10 cost 20, realized 0, fees 0', 'a_fill_was_believed_until_it_was_busted'
);
select is(
    stood('wac', 'infinity', pg_temp.seen('none'), 'other'), null,
    'a_position_without_fills_that_count_is_not_there'
);
select is(
    stood('wac', 'infinity', 'infinity', 'other'), null,
    'a_fill_that_was_busted_before_it_came_was_never_there'
);
call amend('oa', quantity => 3);
select is(
    stood('wac', 'infinity', 'infinity', 'other'), '3 at 10 cost 30, realized 0, fees 0',
    'a_fill_that_is_brought_back_is_believed_again'
);
select is(
    stood('wac', 'infinity', pg_temp.seen('none'), 'other'), null,
    'but_not_as_known_while_it_was_busted'
);
select is(
    stood('wac', 'infinity', pg_temp.seen('only'), 'other'),
    '2 at 10 cost 20, realized 0, fees 0', 'what_was_known_then_does_not_change_again'
);
select is(
    (
        select p.last_fill_at
        from utl.position_at('desk', 'BTC/USD', as_known => pg_temp.seen('late')) as p
        where p.is_primary
    ),
    '2026-01-05 10:02Z', 'position_at_says_when_the_last_fill_was'
);
select is(
    (
        select array_agg(p.costing) from utl.position_at('desk', 'BTC/USD') as p
    ),
    array['wac', 'accounts', 'accounts', 'fifo', 'hifo', 'lifo', 'lofo'],
    'position_at_has_a_row_a_costing_the_primary_first'
);

-- One time, by sequence.
call trade($$
    ea 10:00 buy 1 @ 10 seq 1
    eb 10:00 buy 1 @ 20 seq 3
$$, 'desk', 'ETH/USD');
call pg_temp.look('two');
call trade($$ ec 10:00 sell 1 @ 30 seq 2 $$, 'desk', 'ETH/USD');
select is(
    stood('fifo', '10:00', pg_temp.seen('two'), instrument => 'ETH/USD'),
    '2 at 15 cost 30, realized 0, fees 0', 'fills_of_one_time_all_count_at_it'
);
select is(
    stood('fifo', '10:00', 'infinity', instrument => 'ETH/USD'),
    '1 at 20 cost 20, realized 20, fees 0', 'a_late_one_of_the_same_time_counts_too'
);

-- Sets of positions.
select results_eq(
    $$
        select p.book, p.instrument, p.quantity, p.realized_pnl
        from utl.positions_at(book => 'desk') as p where p.is_primary order by p.instrument
    $$,
    $$
        values
        ('desk', 'BTC/USD', 1::numeric, 40::numeric),
        ('desk', 'ETH/USD', 1, 20)
    $$,
    'positions_at_shows_a_book'
);
select results_eq(
    $$
        select p.book, p.instrument, p.quantity
        from utl.positions_at() as p where p.is_primary order by p.book, p.instrument
    $$,
    $$
        values
        ('desk', 'BTC/USD', 1::numeric), ('desk', 'ETH/USD', 1), ('other', 'BTC/USD', 3)
    $$,
    'positions_at_shows_the_firm'
);
select results_eq(
    $$
        select p.book, p.instrument, p.quantity, p.average_cost
        from utl.positions_at('2026-01-05 10:01Z', pg_temp.seen('late')) as p
        where p.costing = 'lofo'
    $$,
    $$ values ('desk', 'BTC/USD', 3::numeric, 93.333333333333333333) $$,
    'positions_at_shows_what_was_known_then'
);
select bag_eq(
    $$
        select
            p.book, p.account, p.instrument, p.costing, p.quantity, p.average_cost, p.cost,
            p.realized_pnl, p.fees
        from utl.positions_at() as p
    $$,
    $$
        select
            u.book, u.account, u.instrument, u.costing, u.quantity, u.average_cost, u.cost,
            u.realized_pnl, u.fees
        from utl.unit_costs as u
    $$,
    'positions_at_infinity_are_the_positions'
);
select is_empty(
    $$ select p.book from utl.positions_at(as_known => pg_temp.seen('nothing')) as p $$,
    'positions_at_is_empty_before_anything_was_known'
);
select throws_ok(
    $$ select utl.position_at('dusk', 'BTC/USD') $$, '22U01', 'unknown book: ''dusk''',
    'position_at_refuses_an_unknown_book'
);
select throws_ok(
    $$ select utl.position_at('desk', 'BTC/EUR') $$, '22U01', 'unknown instrument: ''BTC/EUR''',
    'position_at_refuses_an_unknown_instrument'
);
select throws_ok(
    $$ select utl.positions_at(book => 'dusk') $$, '22U01', 'unknown book: ''dusk''',
    'positions_at_refuses_an_unknown_book'
);
select throws_ok(
    $$ select utl.realized_pnl_between('dusk', '-infinity', 'infinity') $$,
    '22U01', 'unknown book: ''dusk''', 'realized_pnl_between_refuses_an_unknown_book'
);

-- Realized PnL between two times.
create function pg_temp.realized(
    from_time text,
    to_time text,
    as_known timestamptz default 'infinity',
    costing text default 'wac'
)
returns text
language sql
as $realized$
    select string_agg(
        format('%s %s, fees %s', r.realized_pnl, r.cost_asset, r.fees), '; ' order by r.account
    )
    from utl.realized_pnl_between(
        'desk', ('2026-01-05 ' || from_time || 'Z')::timestamptz,
        ('2026-01-05 ' || to_time || 'Z')::timestamptz, as_known
    ) as r
    where r.costing = realized.costing and r.instrument = 'BTC/USD'
$realized$;
select
    is(
        pg_temp.realized(r.from_time, r.to_time, coalesce(pg_temp.seen(r.moment), 'infinity')),
        r.realized,
        format('realized_from_%s_to_%s_as_known_%s', r.from_time, r.to_time, r.moment)
    )
from (
    values
    ('09:00', '11:00', 'now', '40 USD, fees 2'),
    ('10:01', '10:03', 'now', '40 USD, fees 0'),
    ('10:03', '10:05', 'now', '0 USD, fees 0'),
    ('09:00', '10:02', 'now', '0 USD, fees 2'),
    ('10:00', '10:02', 'told', '30 USD, fees 0'),
    ('09:00', '10:02', 'busted', '50 USD, fees 2'),
    ('09:00', '10:02', 'nothing', null),
    ('08:00', '09:00', 'now', null)
) as r (from_time, to_time, moment, realized);
select is(
    pg_temp.realized('10:00', '11:00', 'infinity', 'accounts'),
    '40 USD, fees 2; 0 USD, fees 0', 'realized_pnl_between_is_by_account_where_the_pool_is'
);

-- Who may.
select
    lives_ok(
        format('select tap.as_role(%L, %L)', r, f),
        format('%s_may_ask_%s', r, substring(f, 'utl\.(\w+)'))
    )
from unnest(array['utl_reader', 'utl_writer', 'utl_admin']) as r
cross join unnest(array[
    'select * from utl.position_at(''desk'', ''BTC/USD'')', 'select * from utl.positions_at()',
    'select * from utl.realized_pnl_between(''desk'', ''-infinity'', ''infinity'')'
]) as f;
create role utl_nobody;
select throws_ok(
    $$ select tap.as_role('utl_nobody', 'select * from utl.positions_at()') $$,
    '42501', 'permission denied for schema utl', 'nobody_else_may'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
