begin;
select plan(13);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
end
$set_up$;

select is(utl.add_partitions('2031-05-17', 3), 3, 'it_makes_as_many_months_as_it_is_told');
select is(utl.add_partitions('2031-05-01', 3), 0, 'the_same_months_again_are_no_change');
select is(utl.add_partitions('2031-06-30', 3), 1, 'it_makes_the_months_that_are_missing');
select is(utl.add_partitions('2031-01-01', 0), 0, 'no_months_are_no_change');
select bag_eq(
    $$
        select
            c.relname::text,
            pg_get_expr(c.relpartbound, c.oid)
        from pg_catalog.pg_class as c
        where c.relname ~ '_2031_' and c.relkind = 'r'
    $$,
    $$
        select
            format('%s_2031_%s', t.name, m.month) as name,
            format(
                'FOR VALUES FROM (%L) TO (%L)',
                make_timestamptz(2031, m.month::integer, 1, 0, 0, 0, 'UTC'),
                make_timestamptz(2031, m.month::integer + 1, 1, 0, 0, 0, 'UTC')
            ) as bounds
        from unnest(array['fills', 'entries', 'prices']) as t (name)
        cross join unnest(array['05', '06', '07', '08']) as m (month)
    $$,
    'a_month_of_fills_entries_and_prices_begins_and_ends_at_midnight_utc'
);

set local timezone = 'Pacific/Auckland';
select is(utl.add_partitions('2032-05-01', 1), 1, 'the_time_zone_of_the_session_does_not_matter');
select is(
    (
        select pg_get_expr(c.relpartbound, c.oid) from pg_catalog.pg_class as c
        where c.relname = 'fills_2032_05'
    ),
    format(
        'FOR VALUES FROM (%L) TO (%L)',
        '2032-05-01 00:00Z'::timestamptz, '2032-06-01 00:00Z'::timestamptz
    ),
    'months_are_those_of_utc_in_any_session'
);
set local timezone = 'UTC';

-- A month that is already in the default partition stays there.
insert into utl.fills (
    book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
)
select 1, 1, 1, f.name, 'buy', 1, 100, f.executed_at
from (
    values
    ('last of march', '2033-03-31 23:59:59.999999Z'::timestamptz),
    ('first of may', '2033-05-01 00:00Z'), ('last of may', '2033-05-31 23:59:59.999999Z'),
    ('first of june 2031', '2031-06-01 00:00Z'), ('last of may 2031', '2031-05-31 23:59:59.999999Z')
) as f (name, executed_at);
select is(
    utl.add_partitions('2033-03-01', 4), 2, 'months_whose_fills_are_there_already_are_left_out'
);
select bag_eq(
    $$
        select c.relname::text from pg_catalog.pg_class as c where c.relname ~ '^fills_2033' and c.relkind = 'r'
    $$,
    array['fills_2033_04', 'fills_2033_06'], 'the_months_between_are_made'
);
select bag_eq(
    $$ select f.venue_fill_id, f.tableoid::regclass::text as partition from utl.fills as f $$,
    $$
        values
        ('last of march', 'utl_private.fills_default'),
        ('first of may', 'utl_private.fills_default'),
        ('last of may', 'utl_private.fills_default'),
        ('first of june 2031', 'utl_private.fills_2031_06'),
        ('last of may 2031', 'utl_private.fills_2031_05')
    $$,
    'each_fill_is_in_the_partition_of_its_month_or_in_the_default_one'
);
select bag_eq(
    $$
        select
            tap.fill_name(e.fill_id),
            replace(e.tableoid::regclass::text, 'entries', 'fills') as partition
        from utl_private.entries as e
    $$,
    $$ select f.venue_fill_id, f.tableoid::regclass::text as partition from utl.fills as f $$,
    'entries_are_partitioned_as_fills_are'
);

-- A costing by arrival has entries of months that fills may not have.
do $set_up$
begin
    perform utl.add_costing('desk', 'wac', 'arrival', booking_order => 'arrival');
end
$set_up$;
select lives_ok(
    format('select utl.add_partitions(%L, 1)', now()), 'a_month_with_entries_alone_is_no_error'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
