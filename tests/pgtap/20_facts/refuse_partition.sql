begin;
select plan(18);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_partitions('2026-01-01', 1);
end
$set_up$;
call trade($$ a 10:00 buy 1 @ 100 $$);
insert into utl.fills (
    book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
)
values (1, 1, 1, 'old', 'buy', 1, 100, '1999-01-01Z');

select is(
    (
        select f.tableoid::regclass::text from utl.fills as f
        where f.venue_fill_id = 'a'
    ),
    'utl_private.fills_2026_01', 'a_fill_goes_to_the_partition_of_its_month'
);
select is(
    (
        select f.tableoid::regclass::text from utl.fills as f
        where f.venue_fill_id = 'old'
    ),
    'utl_private.fills_default', 'a_fill_without_a_month_goes_to_the_default_partition'
);

create function pg_temp.statements(name text)
returns table (verb text, statement text)
language sql
as $statements$
    values
    ('insert', format(
        'insert into utl_private.%I (book_id, account_id, instrument_id, venue_fill_id, side, '
        'quantity, price, executed_at) values (1, 1, 1, ''x'', ''buy'', 1, 100, %L)',
        name, case name when 'fills_default' then '1999-01-01Z' else '2026-01-05Z' end
    )),
    ('update', format('update utl_private.%I set price = 1', name)),
    ('update', format('update utl_private.%I set price = 1 where false', name)),
    ('delete', format('delete from utl_private.%I', name)),
    ('delete', format('delete from utl_private.%I where false', name)),
    ('truncate', format('truncate utl_private.%I', name))
$statements$;

select
    throws_ok(
        s.statement, '55U02', format('%s of partition %s is refused', s.verb, p.name),
        format('%s_%s_is_refused', s.verb, p.name)
    )
from unnest(array['fills_default', 'fills_2026_01']) as p (name)
cross join pg_temp.statements(p.name) as s;

select bag_eq(
    $$ select f.venue_fill_id from utl.fills as f $$,
    array['a', 'old'], 'the_facts_are_as_they_were'
);
select is(stand('wac'), '2 at 100 cost 200, realized 0, fees 0, net 0', 'nothing_is_disturbed');
select is_empty(
    $$
        select i.inhrelid::regclass from pg_catalog.pg_inherits as i
        where i.inhparent = 'utl.fills'::regclass
        and (
            select count(*) from pg_catalog.pg_trigger as t
            where t.tgrelid = i.inhrelid and t.tgname = 't10_refuse_partition' and t.tgenabled = 'O'
        ) <> 1
    $$,
    'every_partition_is_guarded'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
