begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
end
$set_up$;
set local timezone = 'Pacific/Auckland';     -- days are those of UTC, wherever one is

create function pg_temp.days()
returns integer
language sql
as $days$
    select count(*)::integer - 1
    from pg_catalog.pg_inherits as i
    where i.inhparent = 'utl_private.position_changes'::regclass
$days$;

select is(pg_temp.days(), 14, 'two_weeks_of_partitions_are_there');
select is(utl.add_change_partitions(), 0, 'adding_them_again_is_harmless');
select is(utl.add_change_partitions(16), 2, 'more_can_be_added');
select is(pg_temp.days(), 16, 'and_are');
call trade('a 10:00 buy 1 @ 100');
select is_empty(
    'select from utl_private.position_changes_default', 'changes_go_to_the_partition_of_their_day'
);

-- Days that nobody made partitions for.
insert into utl_private.position_changes
select c.* from utl_private.position_changes as c;
update utl_private.position_changes as c set changed_at = clock_timestamp() + interval '20 days'
where c.ctid = (select max(d.ctid) from utl_private.position_changes as d);
select is(
    (select count(*) from utl_private.position_changes_default), 1::bigint,
    'a_change_of_a_day_without_partition_is_kept_by_default'
);
select lives_ok('select utl.add_change_partitions(30)', 'such_a_day_stays_there');
select is(
    (select count(*) from utl_private.position_changes_default), 1::bigint,
    'with_its_changes'
);

-- Retention: whole days.
do $older$
declare
    _days integer;
begin
    foreach _days in array array[29, 30, 31, 40] loop
        execute format(
            'create table utl_private.%I partition of utl_private.position_changes '
            'for values from (%L) to (%L)',
            to_char(
                now() at time zone 'UTC' - make_interval(days => _days),
                '"position_changes_"YYYY_MM_DD'
            ),
            date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
            - make_interval(days => _days),
            date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
            - make_interval(days => _days - 1)
        );
    end loop;
end
$older$;
insert into utl_private.position_changes
select
    nextval('utl_private.change_ids'), now() - make_interval(days => o.days), c.effective_at,
    c.position_id, c.version, c.book_id, c.facts, c.cause, c.quantity, c.cost, c.realized_pnl,
    c.fees, c.realized_delta, c.fact_ids
from utl_private.position_changes as c
cross join unnest(array[29, 30, 31, 40, 50]) as o (days)
where c.changed_at < now() + interval '1 day' and c.version = 1;
do $subscribers$
begin
    perform utl.add_book('elsewhere');
    perform utl.subscribe('sleeper', starts => 'oldest'), utl.subscribe('awake'),
        utl.subscribe('of elsewhere', books => array['elsewhere'], starts => 'oldest');
end
$subscribers$;
create temporary table dropped as select d from utl.drop_changes() as d;
select results_eq(
    'select d.d from dropped as d order by d.d',
    $$
        select to_char(now() at time zone 'UTC' - make_interval(days => d),
            '"position_changes_"YYYY_MM_DD')
        from unnest(array[40, 31]) as d
        union all
        select 'position_changes_default'
    $$,
    'days_that_ended_before_the_retention_are_dropped_and_told'
);
select is(
    (select max(now() - c.changed_at) from utl_private.position_changes as c),
    interval '30 days', 'what_is_younger_stays'
);
select is_empty('select from utl.drop_changes()', 'there_is_nothing_more_to_drop');
select is(
    (
        select count(*) from utl_private.position_changes_default as c
        where c.changed_at > now()
    ),
    1::bigint, 'what_is_in_the_default_partition_and_younger_stays'
);

select utl.set_setting('stream_retention', '29 days');
select isnt_empty('select from utl.drop_changes()', 'the_setting_decides');
select throws_ok(
    $$ select utl.set_setting('stream_retention', '1 hour') $$, '22U12', null,
    'less_than_a_day_cannot_be'
);
select throws_ok(
    $$ select utl.set_setting('notify', 'loudly') $$, '22U12', null, 'nor_another_way_to_notify'
);

-- A subscriber that was away for too long is told, and goes on with what is left.
delete from utl_private.position_changes_default;
update utl_private.watermarks set safe_change_id = utl_private.last_change_id();
select throws_ok(
    $$ select utl.fetch_changes('sleeper') $$, '55U05',
    'changes that subscriber ''sleeper'' has not read are not kept any more',
    'who_has_not_read_what_was_dropped_is_told'
);
select results_eq(
    'select s.subscriber from utl.subscribers as s where s.is_stale', array['sleeper'],
    'and_he_alone'
);
select lives_ok($$ select utl.fetch_changes('awake') $$, 'who_came_after_it_missed_nothing');
select lives_ok(
    $$ select utl.fetch_changes('of elsewhere') $$, 'nor_who_wanted_none_of_what_was_dropped'
);
select lives_ok(
    $$
        select utl.acknowledge('sleeper', s.dropped_id)
        from utl_private.subscribers as s
        where s.subscriber = 'sleeper'
    $$,
    'who_had_read_it_before_may_still_say_so'
);
select lives_ok($$ select utl.fetch_changes('sleeper') $$, 'and_goes_on');
update utl_private.subscribers as s set acknowledged_id = 0
where s.subscriber = 'sleeper';
select throws_ok($$ select utl.fetch_changes('sleeper') $$, '55U05', null, 'who_had_not_waits');
select is(
    (select s.is_stale from utl.rewind('sleeper', 0) as s), false, 'for_somebody_to_rewind_him'
);
select isnt_empty(
    $$ select from utl.fetch_changes('sleeper') $$, 'the_oldest_that_is_kept_is_read'
);

-- Names of channels.
select is(utl_private.channel_of('desk'), 'utl_positions_desk', 'a_book_has_a_channel');
select is(
    octet_length(utl_private.channel_of(repeat('ü', 50))), 62, 'a_channel_is_cut_between_letters'
);
select is(
    octet_length(utl_private.channel_of(repeat('x', 50))), 63, 'at_63_bytes'
);
select lives_ok(
    $$
        select utl.add_book(b) from unnest(array[
            repeat('ü', 60), repeat('"\', 60), repeat('x', 9000)
        ]) as b
    $$,
    'books_may_have_long_names'
);
call trade('y 10:00 buy 1 @ 100', book => repeat('ü', 60));
call trade('z 10:00 buy 1 @ 100', book => repeat('"\', 60));
call trade('x 10:00 buy 1 @ 100', book => repeat('x', 9000));
select is(
    (
        select count(*) from utl.position_changes as c
        where octet_length(c.book) >= 120
    ),
    3::bigint, 'and_are_notified_of_nevertheless'
);

select * from finish();
rollback;
