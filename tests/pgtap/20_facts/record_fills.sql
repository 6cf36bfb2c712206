begin;
select plan(40);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'other']) as a;
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
end
$set_up$;

create temp table good as
select
    '{"book": "desk", "account": "main", "instrument": "BTC/USD", "venue_fill_id": "a",
    "side": "buy", "quantity": "2", "price": 100, "executed_at": "2026-01-05T10:00:00Z"}'::jsonb as fill;

-- What becomes of one fill, some of whose keys are said.
create function pg_temp.record(keys jsonb)
returns text
language sql
as $record$
    select concat_ws(' ', r.outcome, r.sqlstate, r.reason)
    from good as g
    cross join utl.record_fills(jsonb_build_array(jsonb_strip_nulls(g.fill || keys))) as r
$record$;

select is(pg_temp.record('{}'), 'booked', 'a_fill_is_booked');
select is(pg_temp.record('{}'), 'duplicate', 'a_fill_that_comes_again_is_a_duplicate');
select results_eq(
    $$
        select f.side, f.quantity, f.price, f.executed_at, f.sequence, f.fee, f.liquidity
        from utl.fills as f
    $$,
    $$
        values (
            'buy', 2::numeric, 100::numeric, timestamptz '2026-01-05 10:00Z', 0::bigint, 0::numeric,
            null::text
        )
    $$,
    'what_is_not_said_has_its_default'
);

-- A resend.
select is(pg_temp.record(k.keys), 'duplicate', format('%s_is_the_same_fill', k.keys))
from unnest(array[
    '{"quantity": "2.000"}', '{"price": 1e2}', '{"side": "BUY"}', '{"fee": 0, "fee_asset": "USD"}',
    '{"executed_at": "2026-01-05T11:00:01+01:00"}', '{"liquidity": "maker"}', '{"sequence": 7}',
    '{"venue_order_id": "o"}', '{"instrument": " BTC/USD "}'
]::jsonb[]) as k (keys);
select
    is(
        pg_temp.record(k.keys), 'conflict 23U03 fill 1 says otherwise',
        format('%s_contradicts_the_fill', k.keys)
    )
from unnest(array[
    '{"quantity": "2.001"}', '{"price": 99}', '{"side": "sell"}', '{"fee": 1, "fee_asset": "USD"}',
    '{"executed_at": "2026-01-05T10:00:01.000001Z"}'
]::jsonb[]) as k (keys);
select is(
    pg_temp.record('{"account": "other"}'), 'booked', 'another_account_has_ids_of_its_own'
);
select is((select count(*) from utl.fills), 2::bigint, 'a_conflict_is_not_booked');
select is((select count(*) from utl.fill_conflicts), 5::bigint, 'a_conflict_is_kept');
select is(
    pg_temp.record('{"price": 99}'), 'conflict 23U03 fill 1 says otherwise',
    'a_conflict_that_comes_again_is_a_conflict'
);
select is((select count(*) from utl.fill_conflicts), 5::bigint, 'and_is_kept_once');
select results_eq(
    $$
        select c.account, c.venue_fill_id, c.differences, c.content ->> 'price'
        from utl.fill_conflicts as c where c.differences ? 'price'
    $$,
    $$ values ('main', 'a', '{"price": ["100", "99"]}'::jsonb, '99') $$,
    'a_conflict_shows_what_differs'
);

-- What is no fill.
select is(pg_temp.record(k.keys::jsonb), 'rejected ' || k.reason, format('%s_is_rejected', k.keys))
from (
    values
    ('{"book": "desc"}', '22U01 unknown book ''desc''; the nearest known: ''desk'''),
    (
        '{"instrument": "BTC/USDT"}',
        '22U01 unknown instrument ''BTC/USDT''; the nearest known: ''BTC/USD'''
    ),
    ('{"quantity": 0}', '22U03 quantity is not positive: ''0'''),
    ('{"quantity": "1e100"}', '22U03 quantity is not a finite number: ''1e100'''),
    ('{"price": null}', '22U03 price is missing'),
    ('{"venue_fill_id": "  "}', '22U03 venue_fill_id is missing'),
    ('{"amount": 1}', '22U04 unknown keys: ''amount'''),
    ('{"executed_at": 1.5}', '22U03 executed_at is not an ISO 8601 time with a zone: ''1.5''')
) as k (keys, reason);
select is(
    (select count(*) from utl.rejected_fills), 8::bigint, 'what_is_rejected_is_kept'
);

-- Odd arrays.
select results_eq(
    $$ select r.line, r.outcome, r.reason from utl.record_fills('[null, 7, [], "a"]') as r $$,
    $$
        values
        (1::bigint, 'rejected', 'not a JSON object but null'),
        (2, 'rejected', 'not a JSON object but number'),
        (3, 'rejected', 'not a JSON object but array'),
        (4, 'rejected', 'not a JSON object but string')
    $$,
    'what_is_no_object_is_rejected'
);
select is_empty($$ select * from utl.record_fills('[]') $$, 'nothing_gives_nothing');
select
    throws_ok(
        format('select * from utl.record_fills(%L)', t.fills), '22U04',
        format('fills come as a JSON array of objects, not as %s', t.type),
        format('%s_is_no_array', t.type)
    )
from (values ('{}', 'object'), (null, 'null')) as t (fills, type);

-- One bad fill among good ones, that only booking finds out.
alter table utl.fills add constraint fills_are_small check (quantity < 100);
select is(
    (
        select string_agg(concat_ws(' ', r.line, r.outcome, r.sqlstate), ', ' order by r.line)
        from good as g
        cross join utl.record_fills((
            select
                jsonb_agg(
                    g.fill || jsonb_build_object('venue_fill_id', n, 'quantity', n, 'line', n)
                )
            from unnest(array[7, 700, 8, 9]) as n
        )) as r
    ),
    '7 booked, 8 booked, 9 booked, 700 rejected 23514',
    'what_booking_refuses_costs_only_its_own_row'
);

-- Adding names.
select is(
    (
        select string_agg(r.outcome, ' ')
        from good as g
        cross join utl.record_fills(
            jsonb_build_array(
                g.fill || '{"account": "okx:1", "instrument": "ETH/USDT"}'
                || '{"fee": 1, "fee_asset": "OKB"}'
            ),
            create_unknown => true
        ) as r
    ),
    'booked', 'names_that_are_not_known_are_added_on_request'
);
select is(
    (
        select a.venue from utl.accounts as a
        where a.account = 'okx:1'
    ), 'okx',
    'an_account_is_added_at_the_venue_that_its_name_begins_with'
);

select is(audit(), 'sound', 'the_ledger_is_sound');
select * from finish();
rollback;
