begin;
select plan(14);

do $set_up$
begin
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'BTC/USD:USD']) as i;
    perform utl.add_asset('EUR');
end
$set_up$;

create procedure pg_temp.say(at text, mark numeric, source text default 'kraken')
language sql
as $say$
    insert into utl.prices (at, instrument_id, source, mark)
    values (('2026-01-05 ' || at || 'Z')::timestamptz, 1, source, mark)
$say$;

create function pg_temp.latest()
returns text
language sql
as $latest$
    select string_agg(
        format(
            '%s %s %s at %s', l.source, coalesce(l.instrument, l.base || '>' || l.quote), l.mark,
            to_char(l.at at time zone 'UTC', 'HH24:MI')
        ),
        '; ' order by l.source, l.instrument, l.base
    )
    from utl.latest_prices as l
$latest$;

call pg_temp.say('10:00', 100);
select is(pg_temp.latest(), 'kraken BTC/USD 100 at 10:00', 'the_first_price_is_the_latest');
call pg_temp.say('10:01', 101);
select is(pg_temp.latest(), 'kraken BTC/USD 101 at 10:01', 'a_newer_price_takes_its_place');
call pg_temp.say('09:59', 99);
select is(pg_temp.latest(), 'kraken BTC/USD 101 at 10:01', 'an_older_price_does_not');
call pg_temp.say('10:01', 102);
select is(
    pg_temp.latest(), 'kraken BTC/USD 102 at 10:01', 'of_one_time_what_was_recorded_last_counts'
);
insert into utl.prices (at, instrument_id, source, mark)
select '2026-01-05 10:02Z'::timestamptz + make_interval(secs => (n * 7) % 60), 1, 'kraken', n
from generate_series(1, 59) as n;
select is(
    pg_temp.latest(), 'kraken BTC/USD 17 at 10:02', 'of_one_statement_the_newest_counts'
);
call pg_temp.say('10:00', 100, 'binance');
select is(
    pg_temp.latest(), 'binance BTC/USD 100 at 10:00; kraken BTC/USD 17 at 10:02',
    'each_source_has_its_own'
);
insert into utl.prices (at, instrument_id, base_asset_id, quote_asset_id, source, mark)
values
('2026-01-05 10:03Z', 2, null, null, 'a', 1),
('2026-01-05 10:03Z', null, utl.asset_id('BTC'), utl.asset_id('USD'), 'b', 2),
('2026-01-05 10:03Z', null, utl.asset_id('EUR'), utl.asset_id('USD'), 'b', 3);
select is(
    pg_temp.latest(),
    'a BTC/USD:USD 1 at 10:03; b BTC>USD 2 at 10:03; b EUR>USD 3 at 10:03; '
    'binance BTC/USD 100 at 10:00; kraken BTC/USD 17 at 10:02',
    'instruments_and_pairs_are_apart'
);
insert into utl.prices (at, instrument_id, source, mark)
select now(), 1, 'kraken', 1
where false;
select is(pg_temp.latest() ~ '17 at 10:02', true, 'a_statement_without_rows_changes_nothing');

-- Age.
insert into utl.prices (at, instrument_id, source, mark)
values
(clock_timestamp() + interval '30 s', 1, 'ahead', 1),
(clock_timestamp() - interval '61 min', 1, 'old', 1),
(clock_timestamp() - interval '59 min', 1, 'young', 1);
select results_eq(
    $$
        select l.source, l.is_stale, date_trunc('minute', l.age) from utl.latest_prices as l
        where l.source in ('ahead', 'old', 'young') order by l.source
    $$,
    $$
        values
        ('ahead', false, interval '0'), ('old', true, interval '61 min'),
        ('young', false, interval '59 min')
    $$,
    'age_and_staleness_are_shown'
);

-- Nothing that is refused stays.
select throws_ok(
    $$
        insert into utl.prices (at, instrument_id, source, mark)
        values (now(), 1, 'good', 1), ('2126-01-01Z', 1, 'good', 1)
    $$,
    '22U10', 'a price is from the future: 2126-01-01 00:00:00+00',
    'one_bad_row_refuses_the_statement'
);
select is_empty(
    $$ select from utl.latest_prices as l where l.source = 'good' $$, 'and_leaves_nothing'
);

-- The check sees what is wrong.
select is(audit(), 'sound', 'the_latest_are_the_newest_of_the_facts');
update utl_private.latest_prices set mark = 5
where source = 'old';
delete from utl_private.latest_prices
where source = 'young';
select is(
    audit(), 'check_latest_prices_are_the_newest finds 2', 'the_check_finds_changed_and_lost_lines'
);
insert into utl_private.latest_prices
select 1, 0, 0, 'invented', 1, now(), now(), 1, 1, 1;
select is(
    audit(), 'check_latest_prices_are_the_newest finds 3', 'the_check_finds_invented_lines'
);

select * from finish();
rollback;
