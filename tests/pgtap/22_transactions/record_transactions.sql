begin;
select plan(47);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'vault']) as a;
    perform utl.add_instrument(i)
    from unnest(array['BTC/USD', 'XBT/USD', 'BTC/USD:USD', 'BTC/USD:USD-261225-100-C']) as i;
    perform utl.add_book(b) from unnest(array['desk', 'other']) as b;
    perform utl.add_asset_alias('kraken', 'ZUSD', 'USD');
end
$set_up$;

-- What becomes of rows: the keys that they do not say are those of a deposit.
create function pg_temp.record(variadic rows jsonb[])
returns text
language sql
as $record$
    select string_agg(concat_ws(' ', r.outcome, r.sqlstate, r.reason), ' | ' order by r.line)
    from utl.record_transactions(
        (
            select jsonb_agg(jsonb_strip_nulls(
                '{"kind": "deposit", "book": "desk", "account": "main", "asset": "USD",
                "quantity": "5", "occurred_at": "2026-01-05T10:00:00Z", "reference": "a"}'::jsonb
                || t.keys
            ))
            from unnest(rows) as t (keys)
        )
    ) as r
$record$;

-- Identity.
select is(pg_temp.record('{}'), 'booked', 'a_transaction_is_booked');
select is(pg_temp.record('{}'), 'duplicate', 'one_that_comes_again_is_a_duplicate');
select is(pg_temp.record(k.keys), 'duplicate', format('%s_is_the_same', k.keys))
from unnest(array[
    '{"quantity": 5.0}', '{"occurred_at": "2026-01-05T11:00+01:00"}', '{"asset": " ZUSD "}',
    '{"reason": "said later"}', '{"price": ""}', '{"raw": "as it came"}'
]::jsonb[]) as k (keys);
select
    matches(
        pg_temp.record(k.keys), '^conflict 23U03 transaction \d+ says otherwise$',
        format('%s_contradicts_it', k.keys)
    )
from unnest(array[
    '{"quantity": "5.01"}', '{"book": "other"}', '{"kind": "withdrawal"}', '{"asset": "BTC"}',
    '{"occurred_at": "2026-01-05T10:00:01Z"}'
]::jsonb[]) as k (keys);
select is(
    pg_temp.record('{"account": "vault"}'), 'booked', 'another_account_has_references_of_its_own'
);
select matches(
    pg_temp.record('{"reference": "b"}', '{"reference": "b"}', '{"reference": "b", "quantity": 1}'),
    '^booked \| duplicate \| conflict 23U03 transaction \d+ says otherwise$',
    'within_one_call_the_first_is_what_the_others_repeat'
);

-- What a row can be.
select is(pg_temp.record(k.keys), k.said, format('%s_is_rejected', k.keys))
from (
    values
    ('{"kind": null, "reference": "c"}'::jsonb, 'rejected 22U03 kind is missing'),
    ('{"kind": "gift", "reference": "c"}', 'rejected 22U03 unknown kind ''gift'''),
    ('{"kind": "fills", "reference": "c"}', 'rejected 22U03 unknown kind ''fills'''),
    ('{"kind": "fee", "cost": 1, "reference": "c"}', 'rejected 22U03 a fee has no cost'),
    ('{"reference": null}', 'rejected 22U03 reference is missing'),
    ('{"occurred_at": null, "reference": "c"}', 'rejected 22U03 occurred_at is missing'),
    (
        '{"occurred_at": "2026-01-05T10:00", "reference": "c"}',
        'rejected 22U03 occurred_at is not an ISO 8601 time with a zone: ''2026-01-05T10:00'''
    ),
    (
        '{"quantity": "NaN", "reference": "c"}',
        'rejected 22U03 quantity is not a finite number: ''NaN'''
    ),
    (
        '{"sequence": "1.5", "reference": "c"}',
        'rejected 22U03 sequence is not a whole number: ''1.5'''
    ),
    (
        '{"asset": "UDS", "reference": "c"}',
        'rejected 22U01 unknown asset ''UDS''; the nearest known: ''BTC'', ''USD'', ''XBT'''
    ),
    ('{"quantity": 0, "reference": "c"}', 'rejected 22U08 quantity is 0'),
    (
        '{"kind": "fee", "quantity": -1, "reference": "c"}',
        'rejected 22U08 quantity must be negative, as it went out; it is 1'
    ),
    ('{"problem": "cut off", "reference": "c"}', 'rejected 22U04 cut off')
) as k (keys, said);
select is(
    pg_temp.record('{"reference": "d"}', '{"reference": "e", "quantity": 0}', '{"reference": "f"}'),
    'booked | rejected 22U08 quantity is 0 | booked', 'a_bad_row_does_not_stop_the_good_ones'
);
select throws_ok(
    $$ select utl.record_transactions('{}') $$, '22U04',
    'facts come as a JSON array of objects, not as object', 'rows_come_as_an_array'
);
select is_empty(
    $$ select r.line from utl.record_transactions('[]') as r $$, 'of_nothing_comes_nothing'
);

-- Order, and what is held.
select is(
    pg_temp.record(
        '{"kind": "withdrawal", "asset": null, "instrument": "BTC/USD", "quantity": 3,
        "occurred_at": "2026-01-06T12:00Z", "reference": "w1"}',
        '{"kind": "withdrawal", "asset": null, "instrument": "BTC/USD", "quantity": 3,
        "occurred_at": "2026-01-06T13:00Z", "reference": "w2"}',
        '{"asset": null, "instrument": "BTC/USD", "quantity": 5, "cost": 500,
        "occurred_at": "2026-01-06T10:00Z", "reference": "coins"}'
    ),
    'booked | rejected 23U07 a withdrawal of more than is held; Account main held 2 BTC/USD in '
    'book desk at 2026-01-06 13:00:00+00, and 3 was to go. | booked',
    'what_goes_must_have_come_in_whatever_order_they_are_sent'
);
select is(
    pg_temp.record(
        '{"kind": "split", "instrument": "BTC/USD", "new_units": 2, "old_units": 1, "book": null,
        "account": null, "quantity": null, "asset": null, "occurred_at": "2026-01-07T10:00Z",
        "reference": "s"}',
        '{"kind": "withdrawal", "asset": null, "instrument": "BTC/USD", "quantity": 4,
        "occurred_at": "2026-01-07T12:00Z", "reference": "w3"}'
    ),
    'booked | booked', 'after_a_split_there_is_more_to_go'
);
select is(
    pg_temp.record(
        '{"kind": "split", "instrument": "BTC/USD", "new_units": 2, "old_units": 1, "book": null,
        "account": null, "quantity": null, "asset": null, "occurred_at": "2026-01-07T10:00Z",
        "reference": "s"}'
    ),
    'duplicate', 'a_split_that_comes_again_is_a_duplicate'
);
select matches(
    pg_temp.record(
        '{"kind": "split", "instrument": "BTC/USD", "new_units": 3, "old_units": 1, "book": null,
        "account": null, "quantity": null, "asset": null, "occurred_at": "2026-01-07T10:00Z",
        "reference": "s"}'
    ),
    '^conflict 23U03 ', 'with_other_units_it_is_a_conflict'
);
select matches(
    pg_temp.record(
        '{"kind": "expiry", "instrument": "XBT/USD", "price": 3, "book": null,
        "account": null, "quantity": null, "asset": null, "reference": "x"}'
    ),
    '^rejected 22U08 nothing is held of it$', 'what_nobody_holds_does_not_expire'
);

-- Unknown names.
create function pg_temp.record_unknown(create_unknown boolean)
returns text
language sql
as $record_unknown$
    select string_agg(concat_ws(' ', r.outcome, r.sqlstate, r.reason), ' | ' order by r.line)
    from utl.record_transactions(
        '[{"kind": "transfer", "book": "desk", "account": "okx-1", "to_account": "okx-2",
        "quantity": 1, "asset": "SOL", "occurred_at": "2026-01-08T10:00Z", "reference": "t"},
        {"kind": "funding", "book": "desk", "account": "okx-1", "instrument": "SOL/USDC:USDC",
        "quantity": 1, "asset": "POINT", "occurred_at": "2026-01-08T10:00Z", "reference": "u"},
        {"kind": "funding", "book": "desk", "account": "okx-1", "instrument": "not a symbol",
        "quantity": 1, "occurred_at": "2026-01-08T10:00Z", "reference": "v"},
        {"kind": "funding", "book": "desk", "account": "okx-3", "instrument": "DOGE/USDC:USDC",
        "quantity": "none", "occurred_at": "2026-01-08T10:00Z", "reference": "w"}]',
        create_unknown => record_unknown.create_unknown
    ) as r
$record_unknown$;
select alike(
    pg_temp.record_unknown(false),
    'rejected 22U01 unknown account ''okx-1''; the nearest known: % | rejected 22U01 % | '
    'rejected 22U01 % | rejected 22U03 %',
    'unknown_names_are_rejected_unless_they_are_to_be_created'
);
select alike(
    pg_temp.record_unknown(true),
    'booked | booked | rejected 22U01 unknown instrument ''not a symbol''% | rejected 22U03 %',
    'unknown_names_are_created_when_asked'
);
select is(
    (
        select array_agg(n.added order by n.added)
        from (
            select a.account || ' at ' || a.venue as added from utl.accounts as a
            where a.venue <> 'kraken'
            union all
            select i.instrument from utl.instruments as i
            where i.base in ('SOL', 'DOGE')
        ) as n
    ),
    array['SOL/USDC:USDC', 'okx-1 at okx', 'okx-2 at okx'],
    'what_is_wrong_otherwise_creates_nothing'
);
select throws_ok(
    $$ select as_role(
        'utl_writer', 'select utl.record_transactions(''[]'', create_unknown => true)'
    ) $$,
    '23U04', 'role utl_writer may not add accounts, instruments and assets',
    'who_may_record_may_not_create_names'
);

-- Kept like fills.
select is(
    (
        select array_agg(distinct r.fact || ' ' || r.sqlstate)
        from utl.rejected_fills as r
    ),
    array[
        'transaction 22U01', 'transaction 22U03', 'transaction 22U04', 'transaction 22U08',
        'transaction 23U03', 'transaction 23U07'
    ],
    'what_is_rejected_or_contradicts_is_kept'
);
do $$ begin
    perform utl.add_asset('UDS');
end $$;
select is(
    (
        select count(*) from utl.retry_rejected_fills() as r
        where r.outcome = 'booked'
    ),
    1::bigint, 'a_retry_books_what_can_be_by_now'
);
select is(
    (
        select array_agg(distinct r.resolution) from utl.rejected_fills as r
        where r.resolved_at is not null
    ),
    array['booked'], 'and_it_is_resolved'
);

-- As the functions of each kind record it: the same rows into another account, whose row must be
-- the same but for that.
create temp table said (kind text, terms jsonb, arguments text);
insert into said values
('opening_balance', '{"instrument": "BTC/USD", "quantity": 90, "cost": 900, "price": 11,
"opened_at": "2025-01-01T00:00Z"}', '90, 900, ''BTC/USD'', price => 11, opened_at => ''2025-01-01Z'''),
('deposit', '{"asset": "USD", "quantity": 9}', '9, asset => ''USD'''),
('withdrawal', '{"instrument": "BTC/USD", "quantity": 2, "amount": 30}', '2, 30, ''BTC/USD'''),
('network_fee', '{"instrument": "BTC/USD", "quantity": 1, "value": 3}', '1, 3, ''BTC/USD'''),
('funding', '{"instrument": "BTC/USD:USD", "quantity": -1}', '''BTC/USD:USD'', -1'),
('interest', '{"asset": "USD", "quantity": -1}', '-1, ''USD'''),
('rebate', '{"asset": "USD", "quantity": 1, "instrument": "BTC/USD"}', '1, ''USD'', ''BTC/USD'''),
('dividend', '{"asset": "USD", "quantity": 1}', '1, ''USD'''),
('fee', '{"asset": "USD", "quantity": 1}', '1, ''USD'''),
('borrow', '{"asset": "USD", "quantity": 1}', '1, ''USD'''),
('repay', '{"asset": "USD", "quantity": 1}', '1, ''USD'''),
('reward', '{"instrument": "BTC/USD", "quantity": 1, "value": 7}', '1, 7, ''BTC/USD'''),
('airdrop', '{"instrument": "BTC/USD", "quantity": 1, "value": 7}', '1, 7, ''BTC/USD'''),
('adjustment', '{"instrument": "BTC/USD", "quantity": -1, "cost": 7}', '-1, 7, ''BTC/USD'''),
('cash_in_lieu', '{"instrument": "BTC/USD", "quantity": -1, "amount": 7}', '''BTC/USD'', -1, 7'),
('conversion', '{"instrument": "BTC/USD", "quantity": 1, "to_instrument": "XBT/USD",
"to_quantity": 2, "paid": 1}', '''BTC/USD'', 1, ''XBT/USD'', 2, 1'),
(
    'spin_off',
    '{"instrument": "BTC/USD", "to_instrument": "XBT/USD", "to_quantity": 2, "cost": 1}',
    '''BTC/USD'', ''XBT/USD'', 2, 1'
),
('transfer', '{"instrument": "BTC/USD", "quantity": 1, "fee": "0.1", "fee_value": 1,
"to_account": "third"}', '''third'', 1, ''BTC/USD'', fee => 0.1, fee_value => 1');
do $as_functions$
declare
    _said record;
begin
    perform utl.add_account(a, 'kraken') from unnest(array['one', 'two', 'third']) as a;
    for _said in select s.* from said as s loop
        execute format(
            'select utl.record_%s(''desk'', ''one'', %s, occurred_at => ''2026-02-01T10:00Z'', '
            'reference => %L)',
            case _said.kind when 'borrow' then 'borrowing' when 'repay' then 'repayment'
            else _said.kind end, _said.arguments, _said.kind
        );
    end loop;
end
$as_functions$;
select is(
    (
        select array_agg(distinct concat_ws(' ', r.outcome, r.sqlstate, r.reason))
        from utl.record_transactions(
            (
                select jsonb_agg(s.terms || jsonb_build_object('kind', s.kind, 'reference', s.kind))
                from said as s
            ),
            book => 'desk', account => 'two', timezone => 'UTC'
        ) as r
    ),
    array['rejected 22U03 occurred_at is missing'], 'a_row_without_a_time_is_rejected'
);
select is(
    (
        select array_agg(distinct concat_ws(' ', r.outcome, r.sqlstate, r.reason))
        from utl.record_transactions(
            (
                select
                    jsonb_agg(
                        s.terms || jsonb_build_object(
                            'kind', s.kind, 'reference', s.kind, 'occurred_at', '2026-02-01T10:00'
                        )
                    )
                from said as s
            ),
            book => 'desk', account => 'two', timezone => 'UTC'
        ) as r
    ),
    array['booked'], 'book_account_and_timezone_stand_in_for_rows_of_every_kind'
);
select is_empty(
    $$
        select t.kind, t.content
        from (
            select
                t.kind, t.account_id = utl.account_id('one') as by_function,
                to_jsonb(t) - array[
                    'transaction_id', 'recorded_at', 'account_id', 'to_account_id'
                ] as content
            from utl.transactions as t
            where t.account_id in (utl.account_id('one'), utl.account_id('two'))
        ) as t
        group by t.kind, t.content
        having count(*) <> 2
    $$,
    'every_kind_is_recorded_as_its_function_records_it'
);

select is(audit(), 'sound', 'all_of_it_is_booked_as_a_replay_books_it');

select * from finish();
rollback;
