begin;
select plan(21);

do $set_up$
begin
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD', 'XRP/USD']) as i;
    perform utl.add_partitions('2026-01-01', 2);
    perform utl.record_prices('[
        {"source": "a", "instrument": "BTC/USD", "mark": 1, "at": "2025-06-01T00:00Z"},
        {"source": "a", "instrument": "BTC/USD", "mark": 2, "at": "2026-01-31T23:59:59.999999Z"},
        {"source": "a", "instrument": "BTC/USD", "mark": 3, "at": "2026-02-01T00:00Z"},
        {"source": "b", "instrument": "BTC/USD", "bid": 40, "ask": 41, "at": "2026-02-01T00:00Z"},
        {"source": "a", "instrument": "BTC/USD", "mark": 5, "at": "2026-02-03T00:00Z"},
        {"source": "a", "instrument": "ETH/USD", "mark": 9, "at": "2026-02-01T12:00Z"}
    ]');
end
$set_up$;

create function pg_temp.price(
    at text default 'infinity', of_source text default null, instrument text default 'BTC/USD'
)
returns text
language sql
as $price$
    select format(
        '%s %s at %s', p.source, coalesce(p.mark::text, p.bid || '-' || p.ask),
        to_char(p.price_at at time zone 'UTC', 'MM-DD HH24:MI')
    )
    from utl.price_at($3, $1::timestamptz, $2) as p
$price$;

select is(pg_temp.price(), 'a 5 at 02-03 00:00', 'the_newest_price_is_that_of_now');
select is(pg_temp.price(of_source => 'b'), 'b 40-41 at 02-01 00:00', 'a_source_may_be_chosen');
select is(pg_temp.price('2026-02-03Z'), 'a 5 at 02-03 00:00', 'a_price_counts_from_its_time_on');
select is(
    pg_temp.price('2026-02-02 23:59:59.999999Z'), 'b 40-41 at 02-01 00:00',
    'and_not_before_and_of_one_time_what_was_recorded_last_counts'
);
select is(
    pg_temp.price('2026-02-01Z', 'a'), 'a 3 at 02-01 00:00', 'the_past_of_a_source_may_be_chosen'
);
select is(
    pg_temp.price('2026-01-31 23:59:59.999999Z'), 'a 2 at 01-31 23:59',
    'months_end_where_the_next_begins'
);
select is(
    pg_temp.price('2026-01-31 23:59Z'), 'a 1 at 06-01 00:00', 'an_old_price_is_found_in_any_month'
);
select is(pg_temp.price('2025-05-31Z'), null, 'before_the_first_there_is_none');
select is(pg_temp.price('-infinity'), null, 'at_the_beginning_there_is_none');
select is(pg_temp.price(null), null, 'at_no_time_there_is_none');
select is(pg_temp.price(of_source => 'c'), null, 'an_unknown_source_has_none');
select is(pg_temp.price(instrument => 'XRP/USD'), null, 'an_unpriced_instrument_has_no_row');
select throws_ok(
    $$ select utl.price_at('XRP/USX') $$, '22U01', 'unknown instrument: ''XRP/USX''',
    'an_unknown_instrument_is_an_error'
);

-- Age.
select results_eq(
    $$
        select p.price_at, p.age, p.is_stale
        from utl.price_at('ETH/USD', '2026-02-01 13:00Z') as p
    $$,
    $$ values ('2026-02-01 12:00Z'::timestamptz, interval '1 hour', false) $$,
    'an_hour_old_is_not_yet_stale'
);
select results_eq(
    $$ select p.age, p.is_stale from utl.price_at('ETH/USD', '2026-02-01 13:00:01Z') as p $$,
    $$ values (interval '1 hour 1 second', true) $$,
    'older_than_an_hour_is_stale_and_shown'
);
select is(
    (select p.is_stale from utl.price_at('ETH/USD') as p), true,
    'the_age_of_the_latest_price_is_that_of_now'
);
select cmp_ok(
    (select p.age from utl.price_at('ETH/USD', '2126-01-01Z') as p), '<', interval '90 years',
    'at_a_time_to_come_the_age_is_that_of_now'
);

-- Many at once.
select results_eq(
    $$
        select p.instrument_id, p.mark, p.price_at
        from utl_private.prices_at(array[2, 1, 1, 3, 77, null, 0], '2026-02-02Z', 'a') as p
    $$,
    $$
        values
        (1, 3::numeric, '2026-02-01Z'::timestamptz), (2, 9::numeric, '2026-02-01 12:00Z')
    $$,
    'many_are_looked_up_at_once_and_each_is_told_once'
);
select is_empty(
    $$ select from utl_private.prices_at(array[]::integer[], 'infinity') $$, 'none_of_none'
);

-- The past is found by the indexes, in the months that may have it.
set local enable_sort = off;
set local enable_seqscan = off;
create temp table plan_lines (line text);
do $explain$
declare
    _line text;
begin
    for _line in
        explain (costs off)
        select p.* from utl.prices as p
        where p.instrument_id = 1 and p.source = 'a' and p.at between '2026-01-05' and '2026-01-06'
        order by p.at desc, p.price_id desc limit 1
    loop
        insert into plan_lines values (_line);
    end loop;
end
$explain$;
select
    ok(
        bool_or(p.line ~ 'Index Scan Backward using prices_2026_01_instrument'),
        'the_index_gives_the_newest_first'
    )
from plan_lines as p;
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
