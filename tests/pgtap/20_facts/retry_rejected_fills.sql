begin;
select plan(7);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_book('desk');
end
$set_up$;

create function pg_temp.send(source text, venue_fill_id text, keys jsonb default '{}')
returns text
language sql
as $send$
    select r.outcome from utl.record_fills(
        jsonb_build_array(
            '{"book": "desk", "account": "main", "instrument": "BTC/USD", "side": "buy",
            "quantity": "2", "price": 100, "executed_at": "2026-01-05T10:00:00Z"}'::jsonb
            || jsonb_build_object('venue_fill_id', venue_fill_id) || keys
        ),
        source
    ) as r
$send$;

select is(
    array[
        pg_temp.send('one', 'a'), pg_temp.send('one', 'b', '{"side": "hold"}'),
        pg_temp.send('two', 'a'), pg_temp.send('two', 'c', '{"qty": 2}'), pg_temp.send(null, 'd')
    ],
    array_fill('rejected'::text, array[5]), 'rows_are_rejected'
);
select utl.add_instrument('BTC/USD');
select results_eq(
    $$ select r.outcome, r.reason from utl.retry_rejected_fills('one') as r $$,
    $$ values ('booked', null), ('rejected', 'side is neither buy nor sell: ''hold''') $$,
    'the_rows_of_one_source_are_sent_again'
);
select results_eq(
    $$ select r.outcome from utl.retry_rejected_fills() as r order by r.rejected_fill_id $$,
    $$ values ('rejected'), ('duplicate'), ('booked') $$,
    'the_rows_of_all_sources_are_sent_again_but_for_those_that_cannot_be_read'
);
select results_eq(
    $$
        select r.source, r.resolution, r.resolved_at is not null
        from utl.rejected_fills as r order by r.rejected_fill_id
    $$,
    $$
        values
        ('one', 'booked', true), ('one', null, false), ('two', 'duplicate', true),
        ('two', null, false), (null, 'booked', true)
    $$,
    'a_row_that_is_no_longer_rejected_is_resolved'
);
select is(
    (select count(*) from utl.retry_rejected_fills()), 1::bigint,
    'what_is_resolved_is_not_sent_again'
);
select is((select count(*) from utl.fills), 2::bigint, 'each_fill_is_booked_once');
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
