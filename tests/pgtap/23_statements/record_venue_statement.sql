begin;
select plan(23);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'vault']) as a;
    perform utl.add_instrument('BTC/USD:USD');
    perform utl.add_asset_alias('kraken', 'ZUSD', 'USD');
end
$set_up$;

create function pg_temp.record(variadic rows jsonb[])
returns text
language sql
as $record$
    select string_agg(concat_ws(' ', r.outcome, r.sqlstate, r.reason), ' | ' order by r.line)
    from utl.record_venue_statement(
        (
            select jsonb_agg(jsonb_strip_nulls(
                '{"account": "main", "asset": "USD", "quantity": "5",
                "as_of": "2026-01-05T10:00:00Z"}'::jsonb || t.keys
            ))
            from unnest(rows) as t (keys)
        ),
        source => 'balances'
    ) as r
$record$;

select is(pg_temp.record('{}'), 'booked', 'a_line_is_recorded');
select is(pg_temp.record(k.keys), 'duplicate', format('%s_is_the_same_line', k.keys))
from unnest(array[
    '{}', '{"quantity": 5.0}', '{"asset": "ZUSD"}', '{"kind": "statement"}',
    '{"as_of": "2026-01-05T11:00+01:00"}'
]::jsonb[]) as k (keys);
select is(
    pg_temp.record('{"quantity": 6}'), 'conflict 23U03 the statement says otherwise',
    'another_quantity_is_a_conflict'
);
select is(
    pg_temp.record(
        '{"asset": null, "instrument": "BTC/USD:USD", "quantity": -2}',
        '{"asset": null, "instrument": "BTC/USD:USD", "quantity": -2}', '{"account": "vault"}',
        '{"as_of": "2026-01-06T10:00Z"}', '{"asset": "BTC", "quantity": 0}'
    ),
    'booked | duplicate | booked | booked | booked', 'lines_are_told_apart_by_what_they_are_about'
);
select is(
    (
        select r.outcome from utl.record_venue_statement(
            '[{"asset": "USD", "quantity": 7, "as_of": "2026-01-05 10:00"}]', 'another report',
            'main', 'UTC'
        ) as r
    ),
    'booked', 'another_source_may_say_something_else'
);
select is(pg_temp.record(k.keys), k.said, format('%s_is_rejected', k.keys))
from (
    values
    ('{"account": null}'::jsonb, 'rejected 22U03 account is missing'),
    ('{"asset": null}', 'rejected 22U03 it is of either an asset or an instrument'),
    (
        '{"instrument": "BTC/USD:USD"}',
        'rejected 22U03 it is of either an asset or an instrument'
    ),
    ('{"quantity": "many"}', 'rejected 22U03 quantity is not a finite number: ''many'''),
    ('{"as_of": null}', 'rejected 22U03 as_of is missing'),
    ('{"free": 1}', 'rejected 22U03 unknown keys: ''free'''),
    ('{"kind": "deposit"}', 'rejected 22U03 not a line of a statement but deposit'),
    (
        '{"asset": "UDS"}',
        'rejected 22U01 unknown asset ''UDS''; the nearest known: ''BTC'', ''USD'''
    )
) as k (keys, said);
select is(
    (
        select count(*) from utl.rejected_fills as r
        where r.fact = 'statement' and r.source is not null
    ),
    9::bigint, 'what_is_rejected_or_contradicts_is_kept'
);
do $$ begin
    perform utl.add_asset('UDS');
end $$;
select is(
    (
        select count(*) from utl.retry_rejected_fills('balances') as r
        where r.outcome = 'booked'
    ),
    1::bigint, 'a_retry_records_what_can_be_by_now'
);
select is_empty(
    $$ select r.line from utl.record_venue_statement('[]') as r $$, 'of_nothing_comes_nothing'
);
select
    throws_ok(
        format('%s utl.venue_statements %s', s.verb, s.rest), '55U01', null,
        format('%s_of_statements_is_refused', s.verb)
    )
from (
    values ('update', 'set quantity = 1'), ('delete from', ''), ('truncate', '')
) as s (verb, rest);

select * from finish();
rollback;
