begin;
select no_plan();

create function pg_temp.restated(costing text, book text default 'desk')
returns text
language sql
as $restated$
    select string_agg(
        format(
            '%s of %s from %s replaced %s: %s to %s is %s', r.cause, r.facts,
            to_char(r.restated_from at time zone 'UTC', 'HH24:MI'), r.entries_replaced,
            r.realized_pnl_before, r.realized_pnl_after, r.realized_pnl_delta
        ),
        '; ' order by r.restatement_id
    )
    from utl.restatements as r
    where (r.costing, r.book) = ($1, $2)
$restated$;

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_book(b) from unnest(array['desk', 'waits', 'mixed', 'arrives']) as b;
    perform utl.add_costing('desk', 'fifo');
    perform utl.add_costing('desk', 'hifo');
    perform utl.add_costing('arrives', 'fifo', booking_order => 'arrival');
end
$set_up$;

call trade($$
    a 10:00 buy 2 @ 100
    b 10:02 sell 1 @ 130
    c 10:04 sell 1 @ 140
$$);
select is(pg_temp.restated('fifo'), null, 'fills_in_order_restate_nothing');
call trade($$
    d 10:01 buy 1 @ 80
    e 10:03 buy 1 @ 70
$$);
select is(
    pg_temp.restated('fifo'), 'late fill of 2 from 10:01 replaced 2: 70 to 70 is 0',
    'late_fills_of_one_statement_are_one_restatement'
);
select is(
    pg_temp.restated('wac'),
    'late fill of 2 from 10:01 replaced 2: 70 to '
    || '91.111111111111111111 is 21.111111111111111111',
    'each_costing_says_what_a_late_fill_did_to_its_figures'
);
select results_eq(
    $$
        select array(select tap.fill_name(i) from unnest(r.fact_ids) as i), r.cost_asset
        from utl.restatements as r where r.costing = 'hifo'
    $$,
    $$ values (array['d', 'e'], 'USD') $$, 'the_fact_ids_of_late_fills_are_theirs'
);
select
    ok(
        r.late_by = r.recorded_at - r.restated_from and r.late_by > interval '0',
        'a_restatement_says_how_late_it_was'
    )
from utl.restatements as r
where r.costing = 'fifo';

call bust('a');
select is(
    pg_temp.restated('fifo'),
    'late fill of 2 from 10:01 replaced 2: 70 to 70 is 0; '
    'bust of 1 from 10:00 replaced 5: 70 to 120 is 50',
    'a_bust_is_a_restatement'
);
select is(
    (
        select c.venue_fill_id || ' ' || c.kind
        from utl.restatements as r
        inner join utl.fill_corrections as c on r.fact_ids = array[c.correction_id]
        where r.costing = 'fifo' and r.cause = 'bust'
    ),
    'a bust', 'the_fact_ids_of_a_bust_are_its_correction'
);
call amend('c', price => 150, at => '10:05');
select matches(
    pg_temp.restated('fifo'),
    'amendment of 1 from 10:04 replaced 1: 120 to 130 is 10$', 'an_amendment_is_a_restatement'
);
call amend('c', at => '10:02:30');
select matches(
    pg_temp.restated('fifo'),
    'amendment of 1 from 10:02 replaced 2: 130 to 130 is 0$',
    'a_fill_moved_earlier_restates_from_its_new_place'
);
call bust('c');
call bust('c');
select is(
    (
        select count(*) from utl.restatements as r
        where r.costing = 'fifo' and r.cause = 'bust'
    ),
    2::bigint, 'a_second_bust_restates_nothing'
);
insert into utl.corrections (kind, account_id, venue_fill_id, price)
values
('bust', utl.account_id('main'), 'd', null), ('amend', utl.account_id('main'), 'b', 131);
select matches(
    pg_temp.restated('fifo'), 'amendment of 2 from 10:01 replaced 3: 50 to 61 is 11$',
    'busts_and_amendments_of_one_statement_are_an_amendment'
);

-- What waits is booked as corrected.
call bust('wa');
call amend('wb', price => 90);
select is(pg_temp.restated('wac', 'waits'), null, 'a_correction_that_waits_restates_nothing');
call trade($$
    wa 10:00 buy 1 @ 100
    wb 10:01 buy 1 @ 100
$$, 'waits');
select is(
    stand('wac', 'waits'), '1 at 90 cost 90, realized 0, fees 0, net 0',
    'what_waited_is_applied_when_the_fill_comes'
);

-- Late and in order at once.
call trade($$ ma 10:05 buy 1 @ 100 $$, 'mixed');
call trade($$
    mb 10:06 sell 1 @ 130
    mc 10:04 buy 1 @ 120
$$, 'mixed');
select is(
    (
        select array(select tap.fill_name(i) from unnest(r.fact_ids) as i)
        from utl.restatements as r
        where r.book = 'mixed'
    ),
    array['mc'], 'only_the_late_fills_of_a_statement_are_its_cause'
);

-- In the order of arrival nothing is late, but a correction goes back.
call trade($$ ra 10:05 buy 1 @ 100 $$, 'arrives');
call trade($$ rb 10:04 buy 1 @ 110 $$, 'arrives');
call trade($$ rc 10:03 sell 1 @ 120 $$, 'arrives');
select is(
    (
        select count(*) from utl.restatements as r
        where r.book = 'arrives' and r.costing = 'fifo'
    ),
    0::bigint, 'in_order_of_arrival_no_fill_is_late'
);
call bust('ra');
select is(
    (
        select format('%s replaced %s, %s', r.cause, r.entries_replaced, r.realized_pnl_delta)
        from utl.restatements as r
        where r.book = 'arrives' and r.costing = 'fifo'
    ),
    'bust replaced 3, -10', 'in_order_of_arrival_a_bust_restates'
);

-- A hundred facts are named, and all are counted.
insert into utl.corrections (kind, account_id, venue_fill_id, price)
select 'amend', utl.account_id('main'), 'mb', 130 + n
from generate_series(1, 150) as n;
select results_eq(
    $$
        select r.facts, cardinality(r.fact_ids) from utl.restatements as r
        where r.book = 'mixed' and r.cause = 'amendment'
    $$,
    $$ values (150::bigint, 100) $$, 'a_restatement_names_at_most_100_facts'
);

select is_empty(
    $$
        select r.restatement_id from utl.restatements as r
        where r.realized_pnl_delta <> r.realized_pnl_after - r.realized_pnl_before
    $$,
    'the_delta_is_the_difference'
);
select
    lives_ok(
        format('select tap.as_role(%L, %L)', r, 'select * from utl.restatements'),
        r || '_reads_restatements'
    )
from unnest(array['utl_reader', 'utl_writer', 'utl_admin']) as r;
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
