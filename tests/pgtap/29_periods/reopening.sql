-- Each story is told twice: with closings and reopenings, and as if nothing had ever been closed.
-- When all is open again, every costing has to end in the same journal, lots and figures.
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

-- A step is fills, one a line, or a call, or "close" or "reopen" with a time of day; ? is the book.
create procedure pg_temp.tell_one(book text, closes boolean, variadic steps text[])
language plpgsql
as $tell_one$
declare
    _step text;
    _at timestamptz;
begin
    perform utl.add_book(book);
    perform utl.add_costing(book, m) from unnest(array['fifo', 'lofo']) as m;
    perform utl.add_costing(
        book, 'hifo', 'capitalizing', fees => 'capitalize', rank_by => 'unit_cost'
    );
    perform utl.add_costing(book, 'lifo', 'accounts', pool => 'account');
    perform utl.add_costing(book, 'fifo', 'arrival', booking_order => 'arrival');
    foreach _step in array steps loop
        _step := replace(_step, '?', book);
        if _step like '%@%' then
            call tap.trade(_step, book);
        elsif _step like 'call%' then
            execute _step;
        elsif closes then
            _at := coalesce(
                ('2026-01-05 ' || nullif(split_part(_step, ' ', 2), '') || 'Z')::timestamptz,
                '-infinity'
            );
            execute format('select utl.%s_period($1, $2)', split_part(_step, ' ', 1))
            using book, _at;
        end if;
    end loop;
end
$tell_one$;

create procedure pg_temp.tell(book text, variadic steps text[])
language sql
as $tell$
    call pg_temp.tell_one(book, true, variadic steps);
    call pg_temp.tell_one(book || '_open', false, variadic steps);
$tell$;

create function pg_temp.outcome(costing text, book text)
returns text
language sql
stable
as $outcome$
    select replace(
        concat_ws(
            E'\n', tap.journal($1, $2), tap.lots($1, $2), tap.stand($1, $2), tap.matched($1, $2),
            split_part(tap.opened('wac', $2), ',', 1),
            (
                select string_agg(
                    format('%s %s %s', p.account, p.fees, p.asset), '; '
                    order by p.account, p.asset
                )
                from utl.position_fees as p
                where (p.costing, p.book) = ($1, $2)
            )
        ),
        $2 || '.', ''
    )
$outcome$;

create function pg_temp.is_as_never_closed(book text, description text)
returns setof text
language sql
as $is_as_never_closed$
    select tap.is(
        pg_temp.outcome(c, book), pg_temp.outcome(c, book || '_open'), description || '_by_' || c
    )
    from unnest(array['wac', 'fifo', 'lofo', 'capitalizing', 'accounts']) as c
    union all
    select tap.is(
        tap.stand('arrival', book), tap.stand('arrival', book || '_open'),
        description || '_by_arrival'
    )
    union all
    select tap.is(
        (select count(*) from utl.prior_period_bookings as p where p.book = $1), 0::bigint,
        description || '_and_nothing_is_kept'
    )
    union all
    select tap.is(tap.audit(), 'sound', description || '_and_the_ledger_is_sound')
$is_as_never_closed$;

create function pg_temp.usual()
returns text
language sql
immutable
as $usual$
    select $$
        ?.a 10:00 buy 2 @ 100 fee 1 USD
        ?.b 10:10 buy 1 @ 112 fee 0.2 BNB
        ?.c 11:00 sell 1 @ 130 fee 1 USD
        ?.d 13:00 sell 1 @ 125 in sub
        ?.e 14:00 buy 3 @ 99 fee 2 USD
    $$
$usual$;

call pg_temp.tell('nothing', pg_temp.usual(), 'close 12:00', 'reopen');
select pg_temp.is_as_never_closed('nothing', 'a_period_in_which_nothing_happened');
select is_empty(
    $$ select r.* from utl.restatements as r where r.book = 'nothing' $$,
    'reopening_a_period_in_which_nothing_happened_restates_nothing'
);

call pg_temp.tell('late', pg_temp.usual(), 'close 12:00', $$
    ?.l 10:30 sell 1 @ 140 fee 3 USD
    ?.m 10:05 buy 2 @ 90 fee 0.1 BNB
$$, 'reopen');
select pg_temp.is_as_never_closed('late', 'late_fills_come_to_their_time');
select results_eq(
    $$
        select r.costing, r.cause, r.restated_from, r.facts, c.kind
        from utl.restatements as r
        inner join utl.period_changes as c on c.period_change_id = any(r.fact_ids)
        where r.book = 'late' and r.cause = 'reopening' and r.costing in ('wac', 'fifo')
        order by r.costing
    $$,
    $$
        values
        ('fifo', 'reopening', '2026-01-05 10:05Z'::timestamptz, 1::bigint, 'reopen'),
        ('wac', 'reopening', '2026-01-05 10:05Z'::timestamptz, 1::bigint, 'reopen')
    $$, 'a_reopening_is_recorded_as_what_restated'
);

call pg_temp.tell('bust', pg_temp.usual(), 'close 12:00', 'call bust(''?.a'')', 'reopen');
select pg_temp.is_as_never_closed('bust', 'a_busted_fill_goes');
call pg_temp.tell(
    'amend', pg_temp.usual(), 'close 12:00',
    'call amend(''?.a'', price => 105, fee => 4)', 'call bust(''?.c'')',
    'call amend(''?.c'', quantity => 2)', 'call amend(''?.b'', fee => 2, fee_asset => ''USD'')',
    'reopen'
);
select pg_temp.is_as_never_closed('amend', 'amended_fills_have_their_last_values');
call pg_temp.tell(
    'moves', pg_temp.usual(), 'close 12:00',
    'call amend(''?.a'', at => ''13:30'')', 'call amend(''?.e'', at => ''09:00'')', 'reopen'
);
select pg_temp.is_as_never_closed('moves', 'moved_fills_are_where_they_were_moved_to');
call pg_temp.tell(
    'there', pg_temp.usual(), 'close 12:00', 'call amend(''?.d'', at => ''10:05'')',
    'call amend(''?.d'', at => ''13:00'')', 'call amend(''?.a'', at => ''15:00'')',
    'call amend(''?.a'', at => ''10:01'')', 'reopen'
);
select pg_temp.is_as_never_closed('there', 'fills_that_were_moved_there_and_back');
call pg_temp.tell(
    'pending', pg_temp.usual(), 'call bust(''?.x'')', 'call amend(''?.y'', price => 90)',
    'close 12:00',
    '?.x 10:30 sell 1 @ 140',
    '?.y 10:31 buy 1 @ 144',
    'call amend(''?.x'', fee => 0)',
    'reopen'
);
select pg_temp.is_as_never_closed('pending', 'corrections_that_came_first');

-- Several closings, with what came in between.
call pg_temp.tell(
    'twice', pg_temp.usual(), 'close 10:30', '?.l 10:05 buy 1 @ 80', 'call bust(''?.b'')',
    'close 12:00', '?.m 10:20 sell 1 @ 150', 'call bust(''?.l'')',
    'call amend(''?.b'', price => 111)', 'call amend(''?.c'', price => 131)', 'close 13:30',
    'call amend(''?.c'', price => 132)', 'call amend(''?.l'', price => 81)',
    'call amend(''?.d'', quantity => 2)', 'call amend(''?.b'', at => ''15:00'')', 'reopen'
);
select pg_temp.is_as_never_closed('twice', 'what_met_several_closings');

-- The same, opened step by step, and closed again in between.
call pg_temp.tell(
    'steps', pg_temp.usual(), 'close 10:30', '?.l 10:05 buy 1 @ 80', 'call bust(''?.b'')',
    'close 12:00', '?.m 10:20 sell 1 @ 150', 'call bust(''?.l'')',
    'call amend(''?.b'', price => 111)', 'call amend(''?.c'', price => 131)', 'close 13:30',
    'call amend(''?.c'', price => 132)', 'call amend(''?.l'', price => 81)', 'reopen 12:00',
    'call amend(''?.d'', quantity => 2)', 'call amend(''?.c'', price => 133)',
    '?.n 12:30 sell 1 @ 149', 'reopen 10:30', 'call bust(''?.c'')', '?.o 10:20 buy 1 @ 70',
    'close 13:00', '?.p 11:20 buy 1 @ 71', 'call amend(''?.o'', price => 72)',
    'call amend(''?.l'', at => ''12:00'')', 'reopen 09:00', 'call amend(''?.p'', quantity => 4)',
    'close 14:30', 'call amend(''?.p'', quantity => 5)', 'reopen'
);
select pg_temp.is_as_never_closed('steps', 'what_was_opened_step_by_step');

-- Partly: what is of the time that is open now is booked at its own time, what is older stays.
call pg_temp.tell_one(
    'part', true, pg_temp.usual(), 'close 10:30', '?.l 10:05 buy 1 @ 80', 'close 12:00',
    '?.m 11:30 sell 1 @ 150', 'call bust(''?.c'')', 'reopen 10:30'
);
select is(
    journal('wac', 'part'),
    'part.a1 2 200 realized 0 after 2 cost 200; part.b1 1 112 realized 0 after 3 cost 312;'
    ' part.l1 1 80 realized 0 after 4 cost 392; part.m1 -1 -150 realized 52 after 3 cost 294;'
    ' part.d1 -1 -125 realized 27 after 2 cost 196; part.e1 3 297 realized 0 after 5 cost 493',
    'reopening_partly_books_what_is_open_at_its_own_time'
);
select results_eq(
    $$
        select p.venue_fill_id, p.kind, p.booked_for from utl.prior_period_bookings as p
        where p.book = 'part'
    $$,
    $$ values ('part.l', 'late', '2026-01-05 10:30Z'::timestamptz) $$,
    'what_is_still_closed_is_kept_where_it_is'
);
select is(audit(), 'sound', 'reopening_partly_leaves_the_ledger_sound');
do $$ begin perform utl.reopen_period('part', '2026-01-05 10:30Z'); end $$;
select is(
    (
        select count(*) from utl.restatements as r
        where r.book = 'part' and r.cause = 'reopening' and r.costing = 'wac'
    ), 1::bigint, 'reopening_it_again_restates_nothing'
);

-- What is believed now and what was believed when it was closed.
select is(
    stood('wac', '11:59', (
        select c.recorded_at from utl.period_changes as c
        where c.book = 'part' and c.kind = 'reopen'
    ), 'part'), '3 at 98 cost 294, realized 32, fees 2',
    'what_was_reported_can_still_be_read'
);

select * from finish();
rollback;
