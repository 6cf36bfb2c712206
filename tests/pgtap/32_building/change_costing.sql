-- A costing that goes on by another method: figures by hand, and the same whenever it is told.
begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument('BTC/USD');
    perform utl.add_asset('BNB');
    set local statement_timeout = '60s';
end
$set_up$;

create procedure pg_temp.change(
    book text, method text, at text, costing text default null, fees text default null,
    rank_by text default null
)
language sql
as $change$
    select utl.change_costing(
        book, method, ('2026-01-05 ' || at || 'Z')::timestamptz, costing, fees, rank_by
    )
$change$;

-- A step is fills, one a line, or "to METHOD TIME", or a call; ? is the book. The costing is the
-- primary one, so it is called after its first method.
create procedure pg_temp.tell(book text, method text, pool text, variadic steps text[])
language plpgsql
as $tell$
declare
    _step text;
begin
    perform utl.add_book(book, 'USD');
    perform utl.add_costing(book, method, 'it', pool => pool, is_primary => true);
    foreach _step in array steps loop
        _step := replace(_step, '?', book);
        if _step like '%@%' then
            call tap.trade(_step, book);
        elsif _step like 'to %' then
            call pg_temp.change(book, split_part(_step, ' ', 2), split_part(_step, ' ', 3));
        else
            execute _step;
        end if;
    end loop;
end
$tell$;

create function pg_temp.outcome(book text)
returns text
language sql
stable
as $outcome$
    select replace(
        concat_ws(
            E'\n', tap.journal('it', $1), tap.lots('it', $1), tap.matched('it', $1),
            tap.stand('it', $1), split_part(tap.opened('it', $1), ',', 1)
        ),
        $1 || '.', ''
    )
$outcome$;

-- Deals around a change at 11:00, as told in four orders: in order with the change before all, in
-- order with the change in its place, the change at last, and with most fills late.
create procedure pg_temp.tell_in_orders(
    name text, method text, changes text[], early text, late text, pool text default 'book'
)
language sql
as $tell_in_orders$
    call pg_temp.tell(name || '1', method, pool, variadic changes || early || late);
    call pg_temp.tell(name || '2', method, pool, variadic early || changes || late);
    call pg_temp.tell(name || '3', method, pool, variadic array[early, late] || changes);
    call pg_temp.tell(name || '4', method, pool, variadic late || changes || early);
    call pg_temp.tell(name || '5', method, pool, variadic changes || late || early);
$tell_in_orders$;

create function pg_temp.are_one(name text, description text)
returns setof text
language sql
as $are_one$
    select tap.is(
        pg_temp.outcome(name || n), pg_temp.outcome(name || 1),
        format('%s_whatever_the_order_%s', description, n)
    )
    from generate_series(2, 5) as n
    union all
    select tap.is(tap.audit(), 'sound', description || '_and_the_ledger_is_sound')
$are_one$;

create function pg_temp.early(buy text default 'buy', sell text default 'sell')
returns text
language sql
immutable
as $early$
    select format($$
        ?.a 10:00 %1$s 1 @ 100
        ?.b 10:01 %1$s 1 @ 120
        ?.c 10:02 %1$s 1 @ 110
        ?.d 10:03 %2$s 1 @ 130
    $$, buy, sell)
$early$;

create function pg_temp.late(buy text default 'buy', sell text default 'sell')
returns text
language sql
immutable
as $late$
    select format($$
        ?.e 12:00 %1$s 1 @ 105
        ?.f 13:00 %2$s 2 @ 140
    $$, buy, sell)
$late$;

do $tell$
declare
    _from text;
    _to text;
begin
    foreach _from in array array['wac', 'fifo', 'lifo', 'hifo', 'lofo'] loop
        foreach _to in array array['wac', 'fifo', 'lifo', 'hifo', 'lofo'] loop
            continue when _from = _to;
            call pg_temp.tell_in_orders(
                format('%s-%s-', _from, _to), _from, array[format('to %s 11:00', _to)],
                pg_temp.early(), pg_temp.late()
            );
        end loop;
    end loop;
end
$tell$;

-- Before: d gains 20 by wac and leaves 2 for 220; fifo closes a (30), lifo c (20), hifo b (10),
-- lofo a (30). Then comes e, and f closes two of what is left: by hand.
select
    is(
        stand('it', p.pair || '-1'), p.stands,
        format('%s_by_hand', replace(p.pair, '-', '_to_'))
    )
from (
    values
    ('wac-fifo', '1 at 105 cost 105, realized 80, fees 0, net 80'),
    ('wac-lifo', '1 at 110 cost 110, realized 85, fees 0, net 85'),
    ('wac-hifo', '1 at 105 cost 105, realized 80, fees 0, net 80'),
    ('wac-lofo', '1 at 110 cost 110, realized 85, fees 0, net 85'),
    (
        'fifo-wac', '1 at 111.666666666666666667 cost 111.666666666666666667,'
        ' realized 86.666666666666666667, fees 0, net 86.666666666666666667'
    ),
    ('fifo-lifo', '1 at 120 cost 120, realized 95, fees 0, net 95'),
    ('fifo-hifo', '1 at 105 cost 105, realized 80, fees 0, net 80'),
    ('fifo-lofo', '1 at 120 cost 120, realized 95, fees 0, net 95'),
    ('lifo-fifo', '1 at 105 cost 105, realized 80, fees 0, net 80'),
    ('lifo-hifo', '1 at 100 cost 100, realized 75, fees 0, net 75'),
    ('lifo-lofo', '1 at 120 cost 120, realized 95, fees 0, net 95'),
    ('hifo-wac', '1 at 105 cost 105, realized 80, fees 0, net 80'),
    ('hifo-fifo', '1 at 105 cost 105, realized 80, fees 0, net 80'),
    ('hifo-lifo', '1 at 100 cost 100, realized 75, fees 0, net 75'),
    ('hifo-lofo', '1 at 110 cost 110, realized 85, fees 0, net 85'),
    ('lofo-hifo', '1 at 105 cost 105, realized 80, fees 0, net 80'),
    ('lofo-lifo', '1 at 120 cost 120, realized 95, fees 0, net 95')
) as p (pair, stands);
select pg_temp.are_one(f || '-' || t || '-', f || '_to_' || t)
from
    unnest(array['wac', 'fifo', 'lifo', 'hifo', 'lofo']) as f,
    unnest(array['wac', 'fifo', 'lifo', 'hifo', 'lofo']) as t
where f <> t;

select is(
    journal('it', 'fifo-lifo-1'), replace(
        '?.a1 1 100 realized 0 after 1 cost 100; ?.b1 1 120 realized 0 after 2 cost 220;'
        ' ?.c1 1 110 realized 0 after 3 cost 330; ?.d1 -1 -130 realized 30 after 2 cost 230;'
        ' ?.b1 1 120 realized 0 after 1 cost 120; ?.c1 1 110 realized 0 after 2 cost 230;'
        ' ?.e1 1 105 realized 0 after 3 cost 335; ?.f1 -1 -140 realized 35 after 2 cost 230;'
        ' ?.f2 -1 -140 realized 30 after 1 cost 120', '?', 'fifo-lifo-1'
    ), 'the_journal_goes_on_with_the_lots_that_are_left'
);
select is(
    matched('it', 'wac-lofo-1'), replace(
        '?.f closes 1 long ?.e: 140 - 105 = 35; ?.f closes 1 long : 140 - 110 = 30', '?',
        'wac-lofo-1'
    ), 'an_average_that_was_left_is_a_lot_without_a_fill'
);

-- Shorts: what was sold at 100, 120 and 110.
do $tell$
declare
    _pair text[];
begin
    foreach _pair slice 1 in array array[['fifo', 'lifo'], ['wac', 'fifo'], ['fifo', 'wac']] loop
        call pg_temp.tell_in_orders(
            format('short-%s-%s-', _pair[1], _pair[2]), _pair[1],
            array[format('to %s 11:00', _pair[2])],
            pg_temp.early('sell', 'buy'), pg_temp.late('sell', 'buy')
        );
    end loop;
end
$tell$;
select
    is(
        stand('it', 'short-' || p.pair || '-1'), p.stands,
        format('%s_of_a_short_by_hand', replace(p.pair, '-', '_to_'))
    )
from (
    values
    ('fifo-lifo', '-1 at 120 cost -120, realized -95, fees 0, net -95'),
    ('wac-fifo', '-1 at 105 cost -105, realized -80, fees 0, net -80'),
    (
        'fifo-wac', '-1 at 111.666666666666666667 cost -111.666666666666666667,'
        ' realized -86.666666666666666667, fees 0, net -86.666666666666666667'
    )
) as p (pair, stands);
select pg_temp.are_one('short-' || p || '-', 'a_short_' || replace(p, '-', '_to_'))
from unnest(array['fifo-lifo', 'wac-fifo', 'fifo-wac']) as p;

-- Flat when it changes, and turned after it.
call pg_temp.tell_in_orders('flat-', 'fifo', array['to lifo 11:00'], $$
    ?.a 10:00 buy 1 @ 100 fee 1 USD
    ?.b 10:01 sell 1 @ 130
$$, $$
    ?.c 12:00 buy 1 @ 105
    ?.d 12:01 buy 1 @ 106
    ?.e 12:02 sell 3 @ 110 fee 2 USD
$$);
select is(
    stand('it', 'flat-1'), '-1 at 110 cost -110, realized 39, fees 3, net 36',
    'a_position_that_was_flat_goes_on_with_what_it_had_realized'
);
select is(
    split_part(opened('it', 'flat-1'), ',', 1), '12:02', 'it_is_open_since_it_was_opened_after_that'
);
select pg_temp.are_one('flat-', 'a_position_that_was_flat');
call pg_temp.tell_in_orders(
    'turns-', 'wac', array['to hifo 11:00'], '?.a 10:00 buy 2 @ 100 fee 1 USD',
    $$
        ?.b 12:00 sell 5 @ 110
        ?.c 12:01 buy 1 @ 90
    $$
);
select is(
    stand('it', 'turns-1'), '-2 at 110 cost -220, realized 40, fees 1, net 39',
    'the_first_fill_after_the_change_can_turn_the_position'
);
select pg_temp.are_one('turns-', 'a_position_that_turns_after_the_change');
call pg_temp.tell_in_orders(
    'at-', 'fifo', array['to lifo 11:00'], '?.a 10:00 buy 1 @ 100', $$
        ?.b 11:00 buy 1 @ 120
        ?.c 11:00 sell 1 @ 130 seq 1
    $$
);
select is(
    lots('it', 'at-1'), 'at-1.a 1 at 100 cost 100', 'a_fill_at_the_time_of_the_change_is_after_it'
);
select pg_temp.are_one('at-', 'a_fill_at_the_time_of_the_change');

-- One that has fills on one side of the change only.
call pg_temp.tell_in_orders(
    'past-', 'fifo', array['to lifo 11:00'], pg_temp.early(), 'select 1'
);
select is(
    lots('it', 'past-1'), 'past-1.b 1 at 120 cost 120; past-1.c 1 at 110 cost 110',
    'as_long_as_no_fill_comes_after_it_the_position_stands_where_it_stood'
);
select pg_temp.are_one('past-', 'a_change_after_all_fills');
call pg_temp.tell_in_orders('new-', 'fifo', array['to lifo 11:00'], 'select 1', $$
    ?.a 12:00 buy 1 @ 100
    ?.b 12:01 buy 1 @ 120
    ?.c 12:02 sell 1 @ 130
$$);
select is(lots('it', 'new-1'), 'new-1.a 1 at 100 cost 100', 'a_change_before_all_fills_holds');
select pg_temp.are_one('new-', 'a_change_before_all_fills');

-- Three in a row. fifo leaves b and c, 230; with e 336 of 3: 112 by wac; then by lifo f closes two
-- of that average: 56; then by hifo h closes the third, which is dearer than g: 38.
call pg_temp.tell_in_orders(
    'three-', 'fifo', array['to wac 11:00', 'to lifo 12:30', 'to hifo 13:30'], pg_temp.early(),
    $$
        ?.e 12:00 buy 1 @ 106
        ?.f 13:00 sell 2 @ 140
        ?.g 14:00 buy 1 @ 111
        ?.h 15:00 sell 1 @ 150
    $$
);
select is(
    stand('it', 'three-1'), '1 at 111 cost 111, realized 124, fees 0, net 124',
    'three_changes_in_a_row_by_hand'
);
select pg_temp.are_one('three-', 'three_changes_in_a_row');
call pg_temp.tell_in_orders(
    'gap-', 'fifo', array['to wac 11:00', 'to lifo 11:30', 'to hifo 11:31'], pg_temp.early(),
    pg_temp.late()
);
select is(
    stand('it', 'gap-1'), stand('it', 'fifo-hifo-1'),
    'methods_without_a_fill_in_their_time_leave_no_trace'
);
select pg_temp.are_one('gap-', 'methods_without_a_fill_in_their_time');

-- A method that loses its only fill, or gets its first one, when another comes after it.
call pg_temp.tell(
    'lost-1', 'fifo', 'book', 'to wac 11:00', 'to lifo 11:30', pg_temp.early(), pg_temp.late()
);
call pg_temp.tell(
    'lost-2', 'fifo', 'book', 'to wac 11:00', 'to lifo 11:30', pg_temp.early(),
    '?.m 11:15 buy 1 @ 70', pg_temp.late(), 'call bust(''?.m'')'
);
select is(
    stand('it', 'lost-2'),
    stand('it', 'lost-1'),
    'a_method_that_loses_its_only_fill_leaves_no_trace'
);
select is(audit(), 'sound', 'the_ledger_is_sound_when_a_method_loses_its_only_fill');
call pg_temp.tell(
    'found-1', 'fifo', 'book', 'to wac 11:00', 'to lifo 11:30', pg_temp.early(),
    '?.m 11:15 buy 1 @ 70', pg_temp.late()
);
call pg_temp.tell(
    'found-2', 'fifo', 'book', 'to wac 11:00', 'to lifo 11:30', pg_temp.early(), pg_temp.late(),
    '?.m 11:15 buy 1 @ 70'
);
select is(
    pg_temp.outcome('found-2'), pg_temp.outcome('found-1'),
    'a_method_that_gets_its_first_fill_late_counts_from_then_on'
);
select is(
    stand('it', 'found-2'), '2 at 100 cost 200, realized 105, fees 0, net 105',
    'a_method_that_gets_its_first_fill_late_by_hand'
);
call pg_temp.tell(
    'moved', 'fifo', 'book', 'to wac 11:00', 'to lifo 11:30', pg_temp.early(),
    '?.m 11:45 buy 1 @ 70', pg_temp.late(), 'call amend(''?.m'', at => ''11:15'')'
);
select is(
    pg_temp.outcome('moved'), replace(pg_temp.outcome('found-1'), 'found-1', 'moved'),
    'a_fill_can_be_moved_over_a_change'
);
select is(audit(), 'sound', 'the_ledger_is_sound_when_fills_come_between_changes');

-- Pools by account, each carried over by itself.
call pg_temp.tell_in_orders('accounts-', 'fifo', array['to lifo 11:00'], $$
    ?.a 10:00 buy 1 @ 100
    ?.b 10:01 buy 1 @ 120 in sub
    ?.c 10:02 buy 1 @ 110
    ?.d 10:03 buy 1 @ 130 in sub
$$, $$
    ?.e 12:00 sell 1 @ 140
    ?.f 12:01 sell 1 @ 150 in sub
$$, 'account');
select is(
    stand('it', 'accounts-1'),
    'main: 1 at 100 cost 100, realized 30, fees 0, net 30;'
    ' sub: 1 at 120 cost 120, realized 20, fees 0, net 20',
    'each_account_goes_on_by_itself'
);
select pg_temp.are_one('accounts-', 'accounts');
-- A correction from before a change takes another lot over it, and a split rescales that.
call pg_temp.tell(
    'carried', 'hifo', 'book',
    'to lofo 11:00', '?.a 10:00 buy 2 @ 100', '?.d 10:01 buy 1 @ 90', '?.f 10:02 sell 1 @ 140',
    $$ select utl.record_split('BTC/USD', 3, 2, 'carried', at('11:01')) $$,
    '?.j 12:00 sell 1 @ 150'
);
select is(
    lots('it', 'carried'),
    'carried.a 1.5 at 66.666666666666666667 cost 100; carried.d 0.5 at 60 cost 30',
    'what_was_carried_over_is_split'
);
call amend('carried.d', price => 110);
select is(
    lots('it', 'carried'), 'carried.a 2 at 66.666666666666666667 cost 133.333333333333333333',
    'a_correction_before_the_change_carries_over_another_lot'
);
select is(audit(), 'sound', 'which_a_replay_confirms');

-- What comes before a change says nothing of a position that has had nothing since; and one that
-- loses the only fill that it had since says so.
call pg_temp.tell('early', 'hifo', 'book', 'to wac 11:00', '?.a 10:00 buy 2 @ 100', $$
    select utl.record_split('BTC/USD', 2, 1, 'early', at('10:30'))
$$);
select is_empty(
    $$
        select from utl.position_changes as c
        where c.book = 'early' and c.position_id = (
            select max(p.position_id) from utl_private.positions as p where p.book_id = c.book_id
        )
    $$,
    'a_position_without_a_fact_of_its_own_has_no_version'
);
call trade('early.b 12:00 buy 1 @ 60', 'early');
call bust('early.b');
select results_eq(
    $$
        select c.quantity, c.effective_at > '-infinity'
        from utl.position_changes as c
        where c.book = 'early' and c.position_id = (
            select max(p.position_id) from utl_private.positions as p where p.book_id = c.book_id
        )
        order by c.version
    $$,
    $$values (5::numeric, true), (4, true), (0, false)$$,
    'a_position_that_loses_its_only_fact_is_told_to_be_empty'
);
select is(audit(), 'sound', 'and_the_stream_is_complete');


-- An account whose first fill is late, of before the change, and a split that comes after it.
select book from utl.add_book('halved', reporting_asset => 'USD');
select costing from utl.add_costing('halved', 'fifo', 'by account', pool => 'account');
call trade('halved.a 10:00 buy 1 @ 90', 'halved');
select count(*) from utl.record_split(
    'BTC/USD', 3, 2, reference => 'halved', occurred_at => at('12:00'), book => 'halved'
);
select count(*) from utl.change_costing('halved', 'hifo', at('11:00'), 'by account');
call trade('halved.b 10:30 buy 3 @ 90', 'halved', account => 'sub');
select results_eq(
    $$
        select c.account, c.quantity, c.cost
        from utl.unit_costs as c
        where c.book = 'halved' and c.costing = 'by account'
        order by c.account
    $$,
    $$ values ('main', 1.5, 90::numeric), ('sub', 4.5, 270) $$,
    'a_split_after_a_change_meets_an_account_whose_first_fill_is_late'
);
select is(audit(), 'sound', 'and_all_costings_agree');

select * from finish();
rollback;
