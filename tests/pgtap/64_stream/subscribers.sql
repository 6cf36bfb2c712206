begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_book('firm');
    perform utl.add_book(b, parent => 'firm') from unnest(array['desk', 'other']) as b;
    perform utl.add_costing('desk', 'fifo');
end
$set_up$;

-- A transaction that writes cannot move the watermark past itself: here it is moved by hand.
create procedure pg_temp.settle()
language sql
as $settle$
    update utl_private.watermarks set safe_change_id = utl_private.last_change_id()
$settle$;
create function pg_temp.fetched(subscriber text, max_changes integer default 1000)
returns text
language sql
as $fetched$
    select string_agg(
        concat_ws(' ', c.book, c.instrument, c.costing, c.version, c.cause), ', '
        order by c.change_id
    )
    from utl.fetch_changes(subscriber, max_changes) as c
$fetched$;
create function pg_temp.last_of(subscriber text)
returns bigint
language sql
as $last_of$
    select max(c.change_id) from utl.fetch_changes(subscriber) as c
$last_of$;

call trade('a 10:00 buy 2 @ 100');
call pg_temp.settle();
select results_eq(
    $$
        select
            s.subscriber, s.books, s.instruments, s.causes, s.costings, s.lag_changes,
            s.lag_seconds, s.is_stale
        from utl.subscribe('all', costings => 'all') as s
    $$,
    $$
        values (
            'all', null::text[], null::text[], null::text[], 'all', 0::bigint, 0::numeric, false
        )
    $$,
    'a_subscriber_comes_back_as_in_utl_subscribers'
);
select lives_ok(
    $$
        select
            utl.subscribe('primary'), utl.subscribe('firm', books => array['firm']),
            utl.subscribe('other', books => array['other']),
            utl.subscribe('eth', instruments => array['ETH/USD']),
            utl.subscribe('late', causes => array['late fill', 'bust']),
            utl.subscribe('nothing', books => '{}'),
            utl.subscribe('oldest', starts => 'oldest')
    $$,
    'subscribers_say_what_they_want'
);
select is(pg_temp.fetched('all'), null, 'who_comes_now_gets_nothing_of_before');
select is(pg_temp.fetched('oldest'), 'desk BTC/USD wac 1 fill', 'unless_asked_for');

call trade('b 10:02 buy 1 @ 100');
select is(pg_temp.fetched('all'), null, 'above_the_watermark_nothing_can_be_read');
call trade('c 10:01 buy 1 @ 100');
call trade('d 10:01 buy 1 @ 100', instrument => 'ETH/USD');
call trade('e 10:01 buy 1 @ 100', book => 'other');
call pg_temp.settle();
select is(
    pg_temp.fetched('primary'),
    'desk BTC/USD wac 2 fill, desk BTC/USD wac 3 late fill, desk ETH/USD wac 1 fill, '
    || 'other BTC/USD wac 1 fill',
    'changes_come_in_order_of_primary_costings'
);
select is(
    (select count(*) from utl.fetch_changes('all')), 7::bigint, 'of_all_costings_if_asked_for'
);
select is(
    pg_temp.fetched('primary', 2), 'desk BTC/USD wac 2 fill, desk BTC/USD wac 3 late fill',
    'no_more_than_asked_for'
);
select is(
    pg_temp.fetched('firm'), pg_temp.fetched('primary'), 'a_book_is_with_all_that_are_below_it'
);
select is(pg_temp.fetched('other'), 'other BTC/USD wac 1 fill', 'books_can_be_asked_for');
select is(pg_temp.fetched('eth'), 'desk ETH/USD wac 1 fill', 'instruments_too');
select is(pg_temp.fetched('late'), 'desk BTC/USD wac 3 late fill', 'and_causes');
select is(pg_temp.fetched('nothing'), null, 'no_books_are_not_all_books');
select is(
    (select count(*) from utl.fetch_changes('primary')), 4::bigint,
    'what_is_not_acknowledged_comes_again'
);
select results_eq(
    $$ select s.lag_changes, s.lag_seconds > 0 from utl.subscribers as s
        where s.subscriber = 'primary' $$,
    'values (7::bigint, true)', 'how_far_he_is_behind_can_be_seen'
);

select lives_ok(
    $$
        select utl.acknowledge('primary', c.change_id)
        from utl.fetch_changes('primary', 2) as c order by c.change_id
    $$,
    'changes_are_acknowledged'
);
select is(
    pg_temp.fetched('primary'), 'desk ETH/USD wac 1 fill, other BTC/USD wac 1 fill',
    'and_do_not_come_again'
);
select utl.acknowledge('primary', 1);
select is(
    pg_temp.fetched('primary'), 'desk ETH/USD wac 1 fill, other BTC/USD wac 1 fill',
    'an_older_one_is_acknowledged_already'
);
select utl.acknowledge('primary', pg_temp.last_of('primary'));
select results_eq(
    $$ select s.lag_changes, s.lag_seconds from utl.subscribers as s
        where s.subscriber = 'primary' $$,
    'values (0::bigint, 0::numeric)', 'who_has_read_all_is_not_behind'
);
select lives_ok($$ select utl.subscribe('primary', books => array['desk']) $$, 'terms_change');
select is(pg_temp.fetched('primary'), null, 'how_far_he_came_stays');
select lives_ok($$ select utl.rewind('primary', 0) $$, 'he_can_go_back');
select is(
    pg_temp.fetched('primary'),
    'desk BTC/USD wac 1 fill, desk BTC/USD wac 2 fill, desk BTC/USD wac 3 late fill, '
    || 'desk ETH/USD wac 1 fill',
    'to_the_oldest_and_as_he_wants_it_now'
);
select lives_ok($$ select utl.rewind('primary') $$, 'or_forward');
select is(pg_temp.fetched('primary'), null, 'to_the_newest');

-- Errors.
select throws_ok(
    $$ select utl.acknowledge('primary', 1000000) $$, '22U14',
    'change 1000000 cannot have been read yet', 'what_is_not_there_cannot_be_acknowledged'
);
select throws_ok(
    $$ select utl.acknowledge('primary', null) $$, '22U14', 'change null cannot have been read yet',
    'nor_null'
);
select
    throws_ok(
        format('select utl.rewind(%L, %L)', 'primary', c.change_id), '22U14',
        format('change %s is not there yet', c.change_id), 'nobody_goes_to_' || c.change_id
    )
from (values (-1), (1000000)) as c (change_id);
select
    throws_ok(
        c.statement, '22U01', 'unknown subscriber ''nobody''',
        'nobody_is_unknown_to_' || substring(c.statement from '\.(\w+)')
    )
from unnest(array[
    'select utl.fetch_changes(''nobody'')', 'select utl.acknowledge(''nobody'', 1)',
    'select utl.rewind(''nobody'')', 'select utl.unsubscribe(''nobody'')'
]) as c (statement);
select throws_ok(
    $$ select utl.subscribe('x', books => array['nowhere']) $$, '22U01', null, 'an_unknown_book'
);
select throws_ok(
    $$ select utl.subscribe('x', instruments => array['nothing']) $$, '22U01', null,
    'an_unknown_instrument'
);
select throws_ok(
    $$ select utl.subscribe('x', starts => 'yesterday') $$, '22U06',
    'a subscription cannot start at ''yesterday''', 'another_start'
);
select throws_ok(
    $$ select utl.subscribe('x', causes => array['fill', 'fills', null]) $$, '22U06',
    'position changes have no cause ''fills'', NULL', 'an_unknown_cause'
);
select throws_ok(
    $$ select utl.subscribe('x', costings => 'some') $$, '23514', null, 'other_costings'
);
select throws_ok($$ select utl.subscribe(' ') $$, '23514', null, 'a_blank_name');

-- Another life of the database.
update utl_private.subscribers as s set incarnation = 'restored-00000001'
where s.subscriber = 'primary';
select is(
    (
        select s.is_stale from utl.subscribers as s
        where s.subscriber = 'primary'
    ),
    true, 'who_came_before_the_server_was_restored_is_stale'
);
select
    throws_ok(
        c.statement, '55U05',
        'subscriber ''primary'' has an offset of another life of this database',
        'and_is_told_by_' || substring(c.statement from '\.(\w+)')
    )
from unnest(array[
    'select utl.fetch_changes(''primary'')', 'select utl.acknowledge(''primary'', 1)'
]) as c (statement);
select is(
    (select s.is_stale from utl.rewind('primary') as s), false, 'until_he_says_where_to_go_on'
);
select lives_ok($$ select utl.fetch_changes('primary') $$, 'then_he_goes_on');
update utl_private.subscribers as s set acknowledged_id = 1000000
where s.subscriber = 'primary';
select throws_ok(
    $$ select utl.fetch_changes('primary') $$, '55U05', null,
    'an_offset_ahead_of_the_log_is_of_another_life_too'
);
select matches(
    utl_private.incarnation(),
    (
        select format('^[0-9a-f]+-[0-9A-F]{8}-%s$', d.oid)
        from pg_catalog.pg_database as d
        where d.datname = current_database()
    ),
    'a_life_is_of_a_server_a_timeline_and_a_database'
);

select lives_ok($$ select utl.unsubscribe('primary') $$, 'subscribers_leave');
select is_empty(
    $$ select from utl.subscribers as s where s.subscriber = 'primary' $$, 'and_are_gone'
);
select results_eq(
    'select s.safe_change_id = s.last_change_id, s.notify, s.watermark_age from utl.stream as s',
    $$ values (true, 'direct', 0::numeric) $$, 'the_stream_says_how_it_is'
);

select * from finish();
rollback;
