begin;
select plan(63);

do $set_up$
begin
    perform utl.add_instrument(i)
    from unnest(
        array['BTC/USD', 'BTC/USD:BTC', 'BTC/USD:BTC-261225', 'BTC/USD:BTC-261225-9-C']
    ) as i;
    perform utl.add_instrument('ACME', 'equity', 'ACME', 'USD');
    perform utl.add_instrument('EURUSD-3M', 'fx', 'EUR', 'USD');
    perform utl.add_partitions('2026-01-01', 1);
end
$set_up$;

create function pg_temp.price(setting text)
returns text
language sql
as $price$
    select format(
        'insert into utl.prices (%s) values (%s)',
        string_agg(trim(split_part(s, ' ', 1)), ', '),
        string_agg(trim(substr(s, strpos(s, ' '))), ', ')
    )
    from unnest(string_to_array(setting, ',')) as s
$price$;

create function pg_temp.of(instrument text, bid_ask_mark text)
returns text
language sql
as $of$
    select pg_temp.price(
        format('at ''1999-01-05Z'',source ''x'',instrument_id %s,', utl.instrument_id($1)) || $2
    )
$of$;

create function pg_temp.pair(bid_ask_mark text)
returns text
language sql
as $pair$
    select pg_temp.price('at ''1999-01-05Z'',source ''x'',base_asset_id 1,quote_asset_id 2,' || $1)
$pair$;

-- One row.
select lives_ok(pg_temp.of('BTC/USD', 'bid 1'), 'a_bid_alone_is_a_price');
select lives_ok(pg_temp.of('BTC/USD', 'ask 1'), 'an_ask_alone_is_a_price');
select lives_ok(pg_temp.of('BTC/USD', 'mark 1'), 'a_mark_alone_is_a_price');
select lives_ok(pg_temp.of('BTC/USD', 'bid 1,ask 1,mark 3'), 'bid_and_ask_may_meet');
select lives_ok(pg_temp.pair('mark 1'), 'a_pair_has_a_price');
select
    throws_ok(
        c.statement, '23514',
        format('new row for relation "prices_default" violates check constraint "%s"', c.rule),
        format('%s: %s', c.rule, c.statement)
    )
from (
    values
    (pg_temp.pair('bid null'), 'prices_have_a_bid_an_ask_or_a_mark'),
    (pg_temp.pair('bid 2,ask 1'), 'prices_bid_is_not_above_ask'),
    (pg_temp.pair('mark 0'), 'prices_rate_is_positive'),
    (pg_temp.pair('mark 1,delta 1'), 'prices_delta_is_of_an_instrument'),
    (pg_temp.of('BTC/USD', 'mark 1,delta 1.01'), 'prices_delta_is_at_most_one'),
    (pg_temp.of('BTC/USD', 'mark 1,delta ''NaN'''), 'prices_delta_is_at_most_one'),
    (pg_temp.pair('bid -1,ask 1'), 'prices_rate_is_positive'),
    (pg_temp.pair('mark ''NaN'''), 'prices_mark_is_finite'),
    (pg_temp.pair('bid ''NaN'''), 'prices_bid_is_finite'),
    (pg_temp.pair('ask ''NaN'''), 'prices_ask_is_finite'),
    (pg_temp.pair('ask ''Infinity'''), 'prices_ask_is_finite'),
    (pg_temp.of('BTC/USD:BTC-261225', 'bid ''-Infinity'''), 'prices_bid_is_finite'),
    (pg_temp.of('BTC/USD:BTC-261225', 'mark ''-Infinity'''), 'prices_mark_is_finite'),
    (pg_temp.pair('mark 1,instrument_id 1'), 'prices_are_of_an_instrument_or_of_a_pair'),
    (
        pg_temp.price('at ''1999-01-05Z'',source ''x'',mark 1,base_asset_id 1'),
        'prices_are_of_an_instrument_or_of_a_pair'
    ),
    (
        pg_temp.price('at ''1999-01-05Z'',source ''x'',mark 1'),
        'prices_are_of_an_instrument_or_of_a_pair'
    ),
    (
        pg_temp.price('at ''1999-01-05Z'',source ''x'',mark 1,base_asset_id 1,quote_asset_id 1'),
        'prices_pair_has_two_assets'
    ),
    (
        pg_temp.price('at ''1999-01-05Z'',source '' '',mark 1,instrument_id 1'),
        'prices_have_a_source'
    ),
    (
        pg_temp.price('at ''infinity'',source ''x'',mark 1,instrument_id 1'),
        'prices_at_is_finite'
    ),
    (
        pg_temp.price('at ''-infinity'',source ''x'',mark 1,instrument_id 1'),
        'prices_at_is_finite'
    )
) as c (statement, rule);

-- What the instrument says.
select throws_ok(
    pg_temp.of('BTC/USD', 'mark 1,delta 0.5'), '22U11', 'only an option has a delta',
    'only_an_option_has_a_delta'
);
select
    throws_ok(
        pg_temp.of(i.name, 'bid ' || p.bid || ',ask 5'), '22U11',
        format('a price is not positive: %s', p.bid),
        format('%s_cannot_be_priced_at_%s', i.name, p.bid)
    )
from unnest(array['BTC/USD', 'BTC/USD:BTC', 'ACME']) as i (name)
cross join unnest(array['0', '-0.01']) as p (bid);
select
    lives_ok(
        pg_temp.of(i.name, 'bid ' || p.bid || ',ask 5'),
        format('%s_can_be_priced_at_%s', i.name, p.bid)
    )
from unnest(array['BTC/USD:BTC-261225', 'BTC/USD:BTC-261225-9-C', 'EURUSD-3M']) as i (name)
cross join unnest(array['0', '-0.01']) as p (bid);

-- References and time.
select throws_ok(
    pg_temp.price('at now(),source ''x'',mark 1,instrument_id 99'), '23U01',
    'a price refers to unknown instrument 99', 'an_unknown_instrument_has_no_price'
);
select throws_ok(
    pg_temp.price('at now(),source ''x'',mark 1,base_asset_id 1,quote_asset_id 99'), '23U01',
    'a price refers to unknown assets 1 and 99', 'an_unknown_quote_makes_no_pair'
);
select throws_ok(
    pg_temp.price('at now(),source ''x'',mark 1,base_asset_id 99,quote_asset_id 1'), '23U01',
    'a price refers to unknown assets 99 and 1', 'an_unknown_base_makes_no_pair'
);
select throws_ok(
    pg_temp.price('at ''2126-01-05Z'',source ''x'',mark 1,instrument_id 1'), '22U10',
    'a price is from the future: 2126-01-05 00:00:00+00', 'a_price_from_the_future_is_refused'
);
select throws_ok(
    pg_temp.price('at clock_timestamp() + interval ''63 s'',source ''x'',mark 1,instrument_id 1'),
    '22U10', null, 'more_than_a_minute_ahead_is_the_future'
);
select lives_ok(
    pg_temp.price('at clock_timestamp() + interval ''57 s'',source ''x'',mark 1,instrument_id 1'),
    'clocks_may_differ_by_a_minute'
);
select is_empty(
    $$ select from utl.prices as p where p.at = '2126-01-05Z' or p.instrument_id = 99 $$,
    'what_is_refused_is_not_there'
);

-- Facts.
insert into utl.prices (at, instrument_id, source, mark) values ('2026-01-05Z', 1, 'x', 1);
select is(
    (
        select p.tableoid::regclass::text from utl.prices as p
        where p.at = '2026-01-05Z'
    ),
    'utl_private.prices_2026_01', 'a_price_goes_to_the_partition_of_its_month'
);
select is(
    (
        select distinct p.tableoid::regclass::text from utl.prices as p
        where p.at = '1999-01-05Z'
    ),
    'utl_private.prices_default', 'and_to_the_default_one_where_its_month_has_none'
);
select
    throws_ok(
        s.statement, '55U01',
        format('%s of prices is refused: facts are never changed', split_part(s.statement, ' ', 1)),
        format('%s_is_refused', split_part(s.statement, ' ', 1))
    )
from unnest(
    array['update utl.prices set mark = 2', 'delete from utl.prices', 'truncate utl.prices']
) as s (statement);
select
    throws_ok(
        format(
            'insert into utl_private.%I (at, instrument_id, source, mark) '
            'values (%L, 1, ''y'', 1)',
            p.name, p.at
        ),
        '55U02', format('insert of partition %s is refused', p.name),
        format('insert_%s_is_refused', p.name)
    )
from (
    values ('prices_default', '1999-01-01Z'), ('prices_2026_01', '2026-01-05Z')
) as p (name, at);
select is_empty(
    $$
        select i.inhrelid::regclass from pg_catalog.pg_inherits as i
        where i.inhparent = 'utl.prices'::regclass
        and (
            select count(*) from pg_catalog.pg_trigger as t
            where t.tgrelid = i.inhrelid and t.tgname = 't10_refuse_partition' and t.tgenabled = 'O'
        ) <> 1
    $$,
    'every_partition_is_guarded'
);

-- Roles.
select lives_ok(
    $$
        select tap.as_role(
            'utl_writer',
            'insert into utl.prices (at, instrument_id, source, mark) values (now(), 1, ''w'', 1)'
        )
    $$,
    'utl_writer_records_prices'
);
select throws_ok(
    $$
        select tap.as_role(
            'utl_reader',
            'insert into utl.prices (at, instrument_id, source, mark) values (now(), 1, ''r'', 1)'
        )
    $$,
    '42501', 'permission denied for table prices', 'utl_reader_records_none'
);
select throws_ok(
    $$
        select tap.as_role(
            'utl_writer',
            'insert into utl.prices (price_id, at, instrument_id, source, mark) '
            'values (1, now(), 1, ''w'', 1)'
        )
    $$,
    '42501', 'permission denied for table prices', 'the_order_of_arrival_is_the_ledgers_own'
);
select
    throws_ok(
        format('select tap.as_role(''utl_writer'', %L)', s.statement),
        '42501',
        format('permission denied for function %s', substring(s.statement from 'utl\.(\w+)')),
        format('utl_writer_does_not_call_%s', substring(s.statement from 'utl\.(\w+)'))
    )
from unnest(array[
    'select utl.drop_prices(''2020-01-01'')', 'select utl.set_setting(''mark_at'', ''mark'')'
]) as s (statement);
select
    lives_ok(
        format('select tap.as_role(''utl_reader'', %L)', s.statement),
        format('utl_reader_calls: %s', s.statement)
    )
from unnest(array[
    'select utl.price_at(''BTC/USD'')', 'select utl.rate_at(''BTC'', ''USD'')',
    'select * from utl.latest_prices', 'select * from utl.settings'
]) as s (statement);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
