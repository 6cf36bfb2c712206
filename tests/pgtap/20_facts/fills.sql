begin;
select plan(58);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'other']) as a;
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
end
$set_up$;
call trade($$ a 10:00 buy 1 @ 100 $$);

-- An insert of one fill, some of whose columns are said in SQL.
create function pg_temp.insert_with(columns jsonb)
returns text
language sql
as $insert_with$
    select format(
        'insert into utl.fills (%s) values (%s)',
        string_agg(c.key, ', '), string_agg(c.value, ', ')
    )
    from jsonb_each_text(
        '{"book_id": "1", "account_id": "1", "instrument_id": "1", "venue_fill_id": "''x''",
        "side": "''buy''", "quantity": "1", "price": "100", "executed_at": "now()"}'
        ::jsonb || columns
    ) as c
$insert_with$;

select
    throws_ok(
        pg_temp.insert_with(r.columns), '23514',
        format(
            'new row for relation "%s" violates check constraint "%s"', r.relation, r.broken
        ),
        format('%s_is_refused', r.columns)
    )
from (
    select
        t.columns, t.broken,
        case
            when t.columns::text ~ 'executed_at' then 'fills_default'
            else (
                select coalesce(max(c.relname), 'fills_default')
                from pg_catalog.pg_class as c
                where c.relname = 'fills_' || to_char(now() at time zone 'UTC', 'YYYY_MM')
            )
        end as relation
    from (
        values
        ('{"quantity": "0"}'::jsonb, 'fills_quantity_is_positive'),
        ('{"quantity": "-1"}', 'fills_quantity_is_positive'),
        ('{"quantity": "''NaN''"}', 'fills_quantity_is_positive'),
        ('{"quantity": "''Infinity''"}', 'fills_quantity_is_positive'),
        ('{"quantity": "''-Infinity''"}', 'fills_quantity_is_positive'),
        ('{"price": "''NaN''"}', 'fills_price_is_finite'),
        ('{"price": "''Infinity''"}', 'fills_price_is_finite'),
        ('{"price": "''-Infinity''"}', 'fills_price_is_finite'),
        ('{"fee": "''NaN''", "fee_asset_id": "1"}', 'fills_fee_is_finite'),
        ('{"fee": "''Infinity''", "fee_asset_id": "1"}', 'fills_fee_is_finite'),
        ('{"fee": "''-Infinity''", "fee_asset_id": "1"}', 'fills_fee_is_finite'),
        ('{"fee": "0.1"}', 'fills_fee_has_an_asset'),
        ('{"fee": "-0.1"}', 'fills_fee_has_an_asset'),
        ('{"side": "''BUY''"}', 'fills_side_is_buy_or_sell'),
        ('{"side": "''short''"}', 'fills_side_is_buy_or_sell'),
        ('{"side": "''''"}', 'fills_side_is_buy_or_sell'),
        ('{"liquidity": "''both''"}', 'fills_liquidity_is_maker_or_taker'),
        ('{"executed_at": "''infinity''"}', 'fills_executed_at_is_finite'),
        ('{"executed_at": "''-infinity''"}', 'fills_executed_at_is_finite'),
        ('{"recorded_at": "''infinity''"}', 'fills_recorded_at_is_finite'),
        ('{"venue_fill_id": "''''"}', 'fills_have_a_venue_fill_id'),
        ('{"venue_fill_id": "'' \t ''"}', 'fills_have_a_venue_fill_id')
    ) as t (columns, broken)
) as r;

select
    throws_ok(
        pg_temp.insert_with(jsonb_build_object(n.name, 'null')), '23502', null,
        format('a_fill_without_%s_is_refused', n.name)
    )
from unnest(array[
    'book_id', 'account_id', 'instrument_id', 'venue_fill_id', 'side', 'quantity', 'price',
    'executed_at', 'recorded_at', 'fee', 'sequence', 'fill_id'
]) as n (name);

select throws_ok(
    pg_temp.insert_with('{"venue_fill_id": "''a''"}'),
    '23505', 'duplicate key value violates unique constraint "fills_are_recorded_once"',
    'a_fill_that_is_there_is_refused'
);
select throws_ok(
    pg_temp.insert_with('{"venue_fill_id": "''a''", "executed_at": "''1999-01-01Z''"}'),
    '23505', 'duplicate key value violates unique constraint "fills_are_recorded_once"',
    'a_fill_that_is_there_is_refused_at_any_other_time'
);
select throws_ok(
    $$
        insert into utl.fills (
            book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
        )
        select 1, 1, 1, 'twice', 'buy', n, 100, now() from generate_series(1, 2) as n
    $$,
    '23505', 'duplicate key value violates unique constraint "fills_are_recorded_once"',
    'one_statement_cannot_bring_a_fill_twice'
);
select throws_ok(
    pg_temp.insert_with(
        '{"quantity": "99999999999999999999999999999999999999999e131032"}'
    ),
    '22003', null, 'a_number_beyond_numeric_is_refused'
);
select results_eq(
    $$ select f.venue_fill_id from utl.fills as f $$, array['a'],
    'none_of_what_was_refused_is_there'
);
select is(stand('wac'), '1 at 100 cost 100, realized 0, fees 0, net 0', 'nothing_is_disturbed');
select is(opened('wac'), '10:00, version 1', 'nothing_has_moved_the_position');

-- What is unusual and right.
select
    lives_ok(
        pg_temp.insert_with(
            r.columns || jsonb_build_object('venue_fill_id', quote_literal(r.name))
        ),
        r.name || '_is_recorded'
    )
from (
    values
    ('a_price_of_zero', '{"price": "0"}'::jsonb),
    ('a_negative_price', '{"price": "-37.63"}'),
    ('a_price_of_forty_digits', '{"price": "1234567890123456789012345678901234567890"}'),
    ('a_quantity_of_forty_decimals', '{"quantity": "0.0000000000000000000000000000000000000001"}'),
    ('a_fee_asset_without_a_fee', '{"fee_asset_id": "1"}'),
    ('a_rebate', '{"fee": "-0.1", "fee_asset_id": "1"}'),
    ('a_maker_fill', '{"liquidity": "''maker''"}'),
    ('a_fill_of_1970', '{"executed_at": "''1970-01-01Z''"}'),
    ('a_fill_before_christ', '{"executed_at": "''4000-01-01 BC''"}'),
    ('a_fill_of_the_far_future', '{"executed_at": "''294000-01-01''"}'),
    ('the_same_id_in_another_account', '{"account_id": "2"}'),
    ('a_negative_sequence', '{"sequence": "-9223372036854775808"}'),
    ('the_largest_sequence', '{"sequence": "9223372036854775807"}'),
    (repeat('a_long_id_', 120), '{}')
) as r (name, columns);
select is(
    (
        select count(*) from utl_private.fills_default as f
        where f.venue_fill_id ~ '_fill_(of|before)'
    ),
    3::bigint, 'dates_without_a_partition_are_in_the_default_one'
);
select ok(
    (
        select bool_and(f.recorded_at between now() and clock_timestamp() and f.fill_id > 0)
        from utl.fills as f
    ),
    'fill_id_and_recorded_at_are_given'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
