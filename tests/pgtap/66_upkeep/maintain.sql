-- In several transactions: before 18 the plans of SQL functions outlive partitions within one.
begin;
select plan(24);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk', method => 'hifo');
    perform utl.add_costing('desk', 'wac', 'arrival', booking_order => 'arrival');
end
$set_up$;

create function pg_temp.maintained(rows_max bigint default 200000)
returns text
language sql
as $maintained$
    select string_agg(concat_ws(' ', m.task, m.partition, m.outcome, m.detail), '; ')
    from utl.maintain(rows_max) as m
$maintained$;

select is(pg_temp.maintained(), null, 'nothing_is_due_where_all_is_in_its_place');

commit;
begin;
-- Ahead.
do $drop$
begin
    execute format(
        'drop table utl_private.%I', to_char(now() at time zone 'UTC', '"fills_"YYYY_MM')
    );
    execute format(
        'drop table utl_private.%I',
        to_char(now() at time zone 'UTC' + interval '1 day', '"position_changes_"YYYY_MM_DD')
    );
end
$drop$;
select is(
    pg_temp.maintained(), 'add months done 1 more; add days done 1 more',
    'partitions_that_are_missing_are_made_ahead'
);
select is(pg_temp.maintained(), null, 'once');

commit;
begin;
-- The default partitions.
insert into utl.fills (
    book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
)
select 1, 1, 1, f.name, f.side, 1, 100, f.executed_at
from (
    values
    ('a', 'buy', '2021-03-31 23:59:59.999999Z'::timestamptz), ('b', 'buy', '2021-05-01 00:00Z'),
    ('c', 'sell', '2021-05-31 23:59:59.999999Z')
) as f (name, side, executed_at);
insert into utl.prices (instrument_id, source, mark, at) values (1, 'test', 100, '2021-05-07Z');
set local timezone = 'Pacific/Auckland';     -- months are those of UTC, wherever one is
select is(
    pg_temp.maintained(0),
    'drain fills_2021_03 deferred booking would wait while 1 rows move: '
    'select utl.maintain(1) when it may; '
    'drain prices_2021_05 deferred booking would wait while 1 rows move: '
    'select utl.maintain(1) when it may; '
    'drain entries_2021_03 deferred booking would wait while 1 rows move: '
    'select utl.maintain(1) when it may',
    'months_that_would_hold_up_booking_are_deferred'
);
select is(
    pg_temp.maintained(), 'drain fills_2021_03 done 1 rows', 'a_call_drains_one_month'
);
select is(pg_temp.maintained(), 'drain fills_2021_05 done 2 rows', 'the_next_call_the_next_one');
select is(pg_temp.maintained(null), 'drain prices_2021_05 done 1 rows', 'of_prices_too');
select is(pg_temp.maintained(), 'drain entries_2021_03 done 1 rows', 'of_entries_too');
select is(pg_temp.maintained(), 'drain entries_2021_05 done 2 rows', 'until_none_is_left');
select is(pg_temp.maintained(), null, 'then_nothing_is_due');
set local timezone = 'UTC';
select bag_eq(
    $$
        select f.venue_fill_id, f.tableoid::regclass::text as partition from utl.fills as f
        union all
        select 'price', p.tableoid::regclass::text as partition from utl.prices as p
    $$,
    $$
        values
        ('a', 'utl_private.fills_2021_03'), ('b', 'utl_private.fills_2021_05'),
        ('c', 'utl_private.fills_2021_05'), ('price', 'utl_private.prices_2021_05')
    $$,
    'facts_are_where_they_belong'
);
select bag_eq(
    $$
        select tap.fill_name(e.fill_id) as fill, e.tableoid::regclass::text as partition
        from utl_private.entries as e
        inner join utl_private.positions as p on e.position_id = p.position_id
        where p.costing_id = 1
    $$,
    $$
        values
        ('a', 'utl_private.entries_2021_03'), ('b', 'utl_private.entries_2021_05'),
        ('c', 'utl_private.entries_2021_05')
    $$,
    'entries_too'
);
commit;
begin;
create function pg_temp.shape(partition text)
returns text
language sql
as $shape$
    select concat_ws(
        '; ',
        pg_get_expr(c.relpartbound, c.oid),
        (
            select string_agg(regexp_replace(i.indexdef, '^.* USING', ''), ', ' order by 1)
            from pg_catalog.pg_indexes as i
            where i.schemaname = 'utl_private' and i.tablename = c.relname
        ),
        (
            select string_agg(k.conname || pg_get_constraintdef(k.oid), ', ' order by k.conname)
            from pg_catalog.pg_constraint as k
            where k.conrelid = c.oid and k.contype = 'c'
        ),
        (
            select string_agg(format('%s %s', t.tgname, t.tgenabled), ', ')
            from pg_catalog.pg_trigger as t
            where t.tgrelid = c.oid
        )
    )
    from pg_catalog.pg_class as c
    where c.oid = ('utl_private.' || partition)::regclass
$shape$;
do $ahead$
begin
    perform utl.add_partitions('2031-05-01', 1);
end
$ahead$;
select
    is(
        pg_temp.shape(t.name || '_2021_05'),
        replace(pg_temp.shape(t.name || '_2031_05'), '2031', '2021'),
        format('a_month_of_%s_that_was_drained_is_like_one_made_ahead', t.name)
    )
from unnest(array['fills', 'entries', 'prices']) as t (name);
select throws_ok(
    'delete from utl_private.fills_default', '55U02', null, 'the_default_partition_is_guarded_again'
);
select throws_ok(
    'delete from utl_private.fills_2021_05', '55U02', null, 'so_is_the_month_that_was_drained'
);
commit;
begin;
call bust('b');
select is(
    (select count(*) from utl_private.entries_2021_05), 1::bigint,
    'what_was_drained_is_restated_as_ever'
);
commit;
begin;
select is(audit(), 'sound', 'the_ledger_is_sound');

commit;
begin;
-- The stream.
update utl_private.position_changes as c set changed_at = changed_at - interval '20 days'
where c.version = 1;
select is(
    pg_temp.maintained(),
    format(
        'drain %s done 2 rows',
        to_char(now() at time zone 'UTC' - interval '20 days', '"position_changes_"YYYY_MM_DD')
    ),
    'days_of_the_stream_are_drained'
);
commit;
begin;
select is(audit(), 'sound', 'and_nothing_of_it_is_lost');
select utl.set_setting('stream_retention', '10 days');
select is(
    pg_temp.maintained(),
    format(
        'drop %s done older than the setting stream_retention',
        to_char(now() at time zone 'UTC' - interval '20 days', '"position_changes_"YYYY_MM_DD')
    ),
    'and_dropped_when_their_time_is_over'
);
select is((select count(*) from utl.fills), 3::bigint, 'facts_stay_whatever_their_age');
select is(
    (select count(*) from utl_private.entries), 4::bigint, 'so_do_entries'
);

select * from finish();
rollback;
