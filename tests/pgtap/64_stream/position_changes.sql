begin;
select no_plan();

-- The changes of a costing since the last call, as one line of text.
create temporary table heard (up_to bigint);
insert into heard values (0);
create function pg_temp.logged(costing text default 'fifo', book text default 'desk')
returns text
language sql
as $logged$
    select string_agg(
        format(
            '%s %s: %s cost %s realized %s (%s) of %s', c.version, c.cause, c.quantity, c.cost,
            c.realized_pnl, c.realized_delta, c.facts
        ),
        '; ' order by c.change_id
    )
    from utl.position_changes as c
    where (c.costing, c.book) = ($1, $2) and c.change_id > (select max(h.up_to) from heard as h);
$logged$;
create procedure pg_temp.go_on()
language sql
as $go_on$
    insert into heard select max(c.change_id) from utl.position_changes as c
$go_on$;

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_book(b) from unnest(array['desk', 'other']) as b;
    perform utl.add_costing('desk', 'fifo');
end
$set_up$;

call trade($$
    a 10:00 buy 2 @ 100
    b 10:02 sell 1 @ 130
$$);
select is(
    pg_temp.logged(), '1 fill: 1 cost 100 realized 30 (30) of 2',
    'a_statement_is_one_change_of_a_position'
);
select is(
    pg_temp.logged('wac'), '1 fill: 1 cost 100 realized 30 (30) of 2',
    'each_costing_has_changes_of_its_own'
);
select results_eq(
    $$
        select
            c.book, c.account, c.instrument, c.is_primary, c.average_cost, c.cost_asset, c.fees,
            c.effective_at, array(select tap.fill_name(i) from unnest(c.fact_ids) as i)
        from utl.position_changes as c where c.costing = 'wac'
    $$,
    $$
        values (
            'desk', null::text, 'BTC/USD', true, 100::numeric, 'USD', 0::numeric,
            timestamptz '2026-01-05 10:02Z', array['a', 'b']
        )
    $$,
    'a_change_has_names_the_state_after_it_and_its_facts'
);
call pg_temp.go_on();
call trade('c 10:03 sell 1 @ 150');
select is(
    pg_temp.logged(), '2 fill: 0 cost 0 realized 80 (50) of 1',
    'the_delta_is_what_the_statement_realized'
);
select is(
    (
        select c.average_cost from utl.position_changes as c
        order by c.change_id desc
        limit 1
    ),
    null,
    'what_is_flat_has_no_average_cost'
);
call pg_temp.go_on();
call trade('d 10:01 buy 2 @ 85');
select is(
    pg_temp.logged(), '3 late fill: 2 cost 170 realized 80 (0) of 1', 'a_late_fill_is_a_change'
);
select is(
    pg_temp.logged('wac'),
    '3 late fill: 2 cost 185 realized 95 (15) of 1',
    'which_says_by_how_much_it_restated'
);
call pg_temp.go_on();
call bust('d');
select is(
    pg_temp.logged(), '4 bust: 0 cost 0 realized 80 (0) of 1', 'a_bust_is_a_change'
);
call pg_temp.go_on();
call amend('c', price => 160);
select is(
    pg_temp.logged(), '5 amendment: 0 cost 0 realized 90 (10) of 1', 'an_amendment_is_a_change'
);
select is(
    (
        select c.fact_ids from utl.position_changes as c
        where c.costing = 'fifo'
        order by c.change_id desc
        limit 1
    ),
    (select array[max(c.correction_id)] from utl.corrections as c),
    'whose_fact_is_the_correction'
);
call pg_temp.go_on();
do $booked$
begin
    perform utl.record_deposit(
        'desk', 'main', 3, 300, 'BTC/USD', occurred_at => '2026-01-05 11:00Z', reference => 'in'
    );
end
$booked$;
select is(
    pg_temp.logged(), '6 transaction: 3 cost 300 realized 90 (0) of 1',
    'a_transaction_is_one_change_of_each_position'
);
call pg_temp.go_on();
do $booked$
begin
    perform utl.record_transfer(
        'desk', 'main', 'main', 1, 'BTC/USD', to_book => 'other',
        occurred_at => '2026-01-05 11:01Z', reference => 'moved'
    );
end
$booked$;
select is(
    pg_temp.logged(), '7 transaction: 2 cost 200 realized 90 (0) of 1', 'a_transfer_is_one_here'
);
select is(
    pg_temp.logged('wac', 'other'), '1 transaction: 1 cost 100 realized 0 (0) of 1',
    'and_one_there'
);
call pg_temp.go_on();
set local client_min_messages = warning;
do 'begin perform utl.rebuild_book(''desk''); end';
select is(pg_temp.logged(), null, 'a_rebuild_that_changes_nothing_is_no_change');
do 'begin perform utl.add_costing(''desk'', ''lifo''); end';
select is(
    pg_temp.logged('lifo'), '1 costing: 2 cost 200 realized 90 (90) of 0',
    'positions_of_a_costing_that_was_built_are_its_first_changes'
);
call pg_temp.go_on();

-- Many facts, and of many positions.
do $many$
begin
    insert into utl.fills (
        venue_fill_id, executed_at, side, quantity, price, book_id, account_id, instrument_id
    )
    select
        'm' || n, '2026-01-05 12:00Z'::timestamptz + make_interval(secs => n), 'buy', 1, 10,
        utl.book_id('desk'), utl.account_id('main'),
        utl.instrument_id(case when n % 4 = 0 then 'BTC/USD' else 'ETH/USD' end)
    from generate_series(1, 60) as n;
end
$many$;
select results_eq(
    $$
        select c.instrument, c.facts, cardinality(c.fact_ids)
        from utl.position_changes as c
        where c.costing = 'fifo' and c.change_id > (select max(h.up_to) from heard as h)
        order by c.instrument
    $$,
    $$ values ('BTC/USD', 15, 15), ('ETH/USD', 45, 32) $$,
    'fact_ids_are_cut_at_32_and_facts_tells_how_many_there_were'
);
select is_empty('select from utl.verify_stream(0, 1000000)', 'the_stream_has_no_gaps');
select is(audit(), 'sound', 'the_ledger_is_sound');

-- What the proof is worth.
delete from utl_private.position_changes as c
where c.version = 4 and c.position_id in (
    select v.position_id from utl.position_changes as v
    where v.costing = 'fifo'
);
select results_eq(
    'select v.version, v.expected_version from utl.verify_stream(0, 1000000) as v',
    'values (5::bigint, 4::bigint)', 'a_change_that_is_missing_is_found'
);
update utl_private.watermarks set safe_change_id = utl_private.last_change_id();
select is(audit(), 'check_stream_is_complete finds 1', 'by_the_check_too');

-- Positions that are older than the stream: it is complete from their first change on.
delete from utl_private.position_changes;
select is(audit(), 'sound', 'versions_of_before_the_stream_are_not_missed');
call trade('z 13:00 buy 1 @ 100');
select is(audit(), 'sound', 'it_starts_where_it_starts');
update utl_private.positions as p set version = p.version + 1
where p.position_id = (select max(c.position_id) from utl_private.position_changes as c);
select is(audit(), 'check_stream_is_complete finds 1', 'a_change_that_was_not_logged_is_found');

select * from finish();
rollback;
