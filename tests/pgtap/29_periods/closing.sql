begin;
select plan(39);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book(b) from unnest(array['desk', 'other']) as b;
    call tap.trade($$
        a 10:00 buy 2 @ 100
        b 12:00 buy 1 @ 130
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

create function pg_temp.closed(book text default 'desk')
returns timestamptz
language sql
stable
as $closed$
    select b.closed_up_to from utl.books as b where b.book = closed.book
$closed$;

create function pg_temp.changes()
returns text
language sql
stable
as $changes$
    select string_agg(
        format(
            '%s %s to %s from %s by %s: %s', c.book, c.kind,
            coalesce(to_char(nullif(c.up_to, '-infinity') at time zone 'UTC', 'HH24:MI'), 'none'),
            coalesce(
                to_char(nullif(c.up_to_before, '-infinity') at time zone 'UTC', 'HH24:MI'), 'none'
            ),
            c.recorded_by = session_user, coalesce(c.reason, 'no reason')
        ),
        '; ' order by c.period_change_id
    )
    from utl.period_changes as c
$changes$;

-- Refusals, when nothing is closed.
select is(pg_temp.closed(), null, 'a_new_book_is_not_closed');
select
    throws_ok(
        format('select utl.close_period(''desk'', %s)', t.moment),
        '22U05', format('a period cannot be closed up to %s', t.shown),
        format('a_period_cannot_be_closed_up_to_%s', t.shown)
    )
from (
    values
    ('null', 'no time'), ('''infinity''', 'infinity'), ('''-infinity''', '-infinity')
) as t (moment, shown);
select throws_like(
    $$ select utl.close_period('desk', clock_timestamp() + interval '1 minute') $$,
    'a period cannot be closed up to %', 'the_future_cannot_be_closed'
);
select throws_ok(
    $$ select utl.close_period('desk', clock_timestamp() + interval '1 minute') $$, '22U05', null,
    'the_future_is_no_time_to_close_up_to'
);
select throws_ok(
    $$ select utl.close_period('desc', pg_temp.at('12:00')) $$, '22U01', 'unknown book: ''desc''',
    'an_unknown_book_cannot_be_closed'
);
select throws_ok(
    $$ select utl.reopen_period('desc') $$, '22U01', 'unknown book: ''desc''',
    'an_unknown_book_cannot_be_reopened'
);
select throws_ok(
    $$ select utl.reopen_period('desk', pg_temp.at('12:00')) $$,
    '23U05', format('book desk is not closed up to %s', pg_temp.at('12:00')),
    'what_is_not_closed_cannot_be_reopened'
);
select is_empty(
    'select c.book from utl.period_changes as c', 'what_was_refused_is_not_recorded'
);

-- Closing.
select row_eq(
    $$
        select c.book, c.kind, c.up_to, c.up_to_before, c.reason
        from utl.close_period('desk', pg_temp.at('11:00'), 'month end') as c
    $$,
    row(
        'desk'::text, 'close'::text, pg_temp.at('11:00'), '-infinity'::timestamptz,
        'month end'::text
    ),
    'closing_returns_what_was_recorded'
);
select is(pg_temp.closed(), pg_temp.at('11:00'), 'the_book_says_up_to_when_it_is_closed');
select is(pg_temp.closed('other'), null, 'other_books_are_not_closed');
select is(
    (
        select c.recorded_at between now() and clock_timestamp() from utl.period_changes as c
    ), true, 'it_is_recorded_when_it_was_closed'
);
select row_eq(
    $$ select c.* from utl.close_period('desk', pg_temp.at('11:00'), 'again') as c $$,
    (select c from utl.period_changes as c), 'the_same_call_returns_the_same_row'
);
select is(
    pg_temp.changes(), 'desk close to 11:00 from none by t: month end',
    'repeating_it_records_nothing'
);
select lives_ok(
    $$ select utl.close_period('desk', pg_temp.at('12:00')) $$, 'more_can_be_closed'
);
select is(pg_temp.closed(), pg_temp.at('12:00'), 'the_book_is_closed_further_then');
select throws_ok(
    $$ select utl.close_period('desk', pg_temp.at('11:00')) $$,
    '23U05', format('book desk is closed up to %s already', pg_temp.at('12:00')),
    'closing_less_is_refused'
);
select is(pg_temp.closed(), pg_temp.at('12:00'), 'what_was_refused_opens_nothing');
select lives_ok(
    $$ select utl.close_period('other', clock_timestamp()) $$, 'a_period_can_be_closed_up_to_now'
);

-- A book without fills is closed, too; and an empty period of a book with fills.
select is(journal('wac', 'other'), null, 'an_empty_book_can_be_closed_and_stays_empty');
select is(
    journal('wac'),
    'a1 2 200 realized 0 after 2 cost 200; b1 1 130 realized 0 after 3 cost 330',
    'closing_books_nothing'
);

-- The end is open: what happens at the end is of the next period.
call trade($$ c 12:00 buy 1 @ 140 $$);
select is(
    (select count(*) from utl.prior_period_bookings), 0::bigint,
    'a_fill_at_the_end_of_a_period_is_of_the_next'
);
call trade($$ d 11:59:59.999999 buy 1 @ 150 $$);
select results_eq(
    $$ select p.kind, p.belongs_at, p.booked_for from utl.prior_period_bookings as p $$,
    $$ values ('late', pg_temp.at('11:59:59.999999'), pg_temp.at('12:00')) $$,
    'a_fill_just_before_the_end_is_of_the_period'
);

-- Reopening.
select
    throws_ok(
        format('select utl.reopen_period(''desk'', %s)', t.moment),
        '22U05', format('a period cannot be reopened from %s', t.shown),
        format('a_period_cannot_be_reopened_from_%s', t.shown)
    )
from (values ('null', 'no time'), ('''infinity''', 'infinity')) as t (moment, shown);
select throws_ok(
    $$ select utl.reopen_period('desk', pg_temp.at('12:01')) $$,
    '23U05', format('book desk is not closed up to %s', pg_temp.at('12:01')),
    'reopening_does_not_close'
);
select row_eq(
    $$
        select c.book, c.kind, c.up_to, c.up_to_before, c.reason
        from utl.reopen_period('desk', pg_temp.at('11:00'), 'a mistake') as c
    $$,
    row(
        'desk'::text, 'reopen'::text, pg_temp.at('11:00'), pg_temp.at('12:00'), 'a mistake'::text
    ),
    'reopening_returns_what_was_recorded'
);
select is(pg_temp.closed(), pg_temp.at('11:00'), 'the_book_stays_closed_up_to_the_time_given');
select lives_ok(
    $$ select utl.reopen_period('desk', pg_temp.at('11:00')) $$, 'reopening_can_be_repeated'
);
select lives_ok($$ select utl.reopen_period('desk') $$, 'all_of_it_can_be_reopened');
select is(pg_temp.closed(), null, 'the_book_is_not_closed_then');
select is(
    replace(
        pg_temp.changes(),
        (
            select
                format(
                    'other close to %s from none',
                    to_char(c.up_to at time zone 'UTC', 'HH24:MI')
                )
            from utl.period_changes as c
            where c.book = 'other'
        ), 'other close'
    ),
    'desk close to 11:00 from none by t: month end; desk close to 12:00 from 11:00 by t: no reason;'
    ' other close by t: no reason; desk reopen to 11:00 from 12:00 by t: a mistake;'
    ' desk reopen to none from 11:00 by t: no reason',
    'every_closing_and_reopening_is_recorded_once'
);

-- Who may.
select
    throws_ok(
        format($$ select as_role('utl_writer', 'select utl.%s') $$, f.call), '42501',
        format('permission denied for function %s', f.name),
        format('a_writer_may_not_%s', f.name)
    )
from (
    values
    ('close_period(''''desk'''', now())', 'close_period'),
    ('reopen_period(''''desk'''')', 'reopen_period')
) as f (call, name);
select lives_ok(
    $$ select as_role('utl_admin', 'select utl.close_period(''desk'', ''2026-01-05 12:00Z'')') $$,
    'an_admin_may_close_a_period'
);
select lives_ok(
    $$
        select as_role(
            'utl_reader', 'select * from utl.period_changes, utl.prior_period_bookings'
        )
    $$, 'a_reader_may_read_what_was_closed'
);

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
