begin;
select plan(13);

do $set_up$
begin
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_partitions('2026-01-01', 3);
end
$set_up$;
insert into utl.prices (at, instrument_id, source, mark)
values
('2024-05-05Z', 1, 'x', 1), ('2025-12-31 23:59:59.999999Z', 1, 'x', 2), ('2026-01-05Z', 1, 'x', 3),
('2026-02-05Z', 1, 'x', 4), ('2026-03-05Z', 1, 'x', 5), ('2026-01-05Z', 2, 'x', 6);

create function pg_temp.marks()
returns text
language sql
as $marks$
    select string_agg(p.mark::text, ' ' order by p.mark) from utl.prices as p
$marks$;

select is_empty($$ select from utl.drop_prices('2024-05-31') $$, 'a_month_is_dropped_whole');
select is(pg_temp.marks(), '1 2 3 4 5 6', 'or_not_at_all');
select results_eq(
    $$ select d.partition, d.dropped from utl.drop_prices('2026-01-31') as d $$,
    $$ values ('prices_default', false) $$, 'the_default_partition_is_kept'
);
select is(pg_temp.marks(), '3 4 5 6', 'without_its_old_prices');
select is(audit(), 'sound', 'the_latest_are_still_those_of_the_facts');

set local timezone = 'Pacific/Auckland';
select results_eq(
    $$ select d.partition, d.dropped from utl.drop_prices('2026-02-01') as d $$,
    $$ values ('prices_2026_01', true) $$, 'a_partition_is_dropped_and_told'
);
set local timezone = 'UTC';
select is(pg_temp.marks(), '4 5', 'with_its_prices');
select is_empty(
    $$ select from utl.price_at('ETH/USD') $$, 'what_had_its_last_price_then_is_unpriced'
);
select is(
    (select p.mark from utl.price_at('BTC/USD') as p), 5::numeric, 'newer_prices_are_as_they_were'
);
select is_empty(
    $$ select from utl.price_at('BTC/USD', '2026-01-31Z') $$, 'the_past_that_was_dropped_is_gone'
);
select is_empty($$ select from utl.drop_prices(null) $$, 'before_no_date_there_is_nothing');
select throws_ok(
    'delete from utl_private.prices_default', '55U02',
    'delete of partition prices_default is refused', 'the_default_partition_is_guarded_again'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
