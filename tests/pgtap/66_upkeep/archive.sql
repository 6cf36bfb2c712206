-- In several transactions: before 18 the plans of SQL functions outlive partitions within one.
begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'vault');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_instrument('ETH/USD');
    perform utl.add_asset('BNB');
    perform utl.add_book('desk', method => 'hifo');
    perform utl.add_costing('desk', 'wac');
    perform utl.add_costing('desk', 'lofo', 'accounts', pool => 'account');
    perform utl.add_book('open');
    perform utl.add_book('coins', method => 'fifo', basis => 'asset');
    perform utl.add_costing('coins', 'wac');
    perform utl.add_partitions('2024-01-01', 4);
end
$set_up$;

-- What a file is to the command: a copy of the rows.
create function pg_temp.write(archive_id bigint)
returns void
language plpgsql
as $write$
declare
    _partition text;
begin
    select format('%s_%s', a.facts, replace(a.month, '-', '_')) into _partition
    from utl.digest_archive(write.archive_id) as a;
    execute format('create temporary table %I as table utl_private.%I', _partition, _partition);
end
$write$;
create function pg_temp.stage(archive_id bigint, but text default '')
returns void
language plpgsql
as $stage$
declare
    _staged text := utl.stage_archive(stage.archive_id);
begin
    execute format(
        'insert into %s select * from pg_temp.%I %s',
        _staged, replace(replace(_staged, '_staged', ''), 'utl_private.', ''), but
    );
end
$stage$;
create function pg_temp.archive(month date, facts text default 'fills')
returns text
language plpgsql
as $archive$
declare
    _id bigint := (select a.archive_id from utl.begin_archive(month, facts) as a);
begin
    perform pg_temp.write(_id);
    perform pg_temp.stage(_id);
    return (select a.state from utl.finish_archive(_id, '/somewhere') as a);
end
$archive$;
create function pg_temp.restore(month text, facts text default 'fills')
returns text
language plpgsql
as $restore$
declare
    _id bigint := (
        select a.archive_id from utl.archived_partitions as a
        where a.facts = restore.facts and a.month = restore.month and a.restored_at is null
    );
begin
    perform pg_temp.stage(_id);
    return (select a.state from utl.finish_restore(_id) as a);
end
$restore$;
create function pg_temp.would(statements text, question text)
returns text
language plpgsql
as $would$
declare
    _answer text;
begin
    execute statements;
    execute question into _answer;
    raise exception using errcode = 'UUUUU';
exception
    when sqlstate 'UUUUU' then
        return _answer;
end
$would$;
create procedure pg_temp.fill(
    name text, at timestamptz, side text, quantity numeric, price numeric,
    instrument text default 'BTC/USD', book text default 'desk'
)
language sql
as $fill$
    insert into utl.fills (
        venue_fill_id, executed_at, side, quantity, price, fee, fee_asset_id, book_id, account_id,
        instrument_id
    )
    values (
        fill.name, fill.at, fill.side, fill.quantity, fill.price, 0.001, utl.asset_id('BNB'),
        utl.book_id(book), 1, utl.instrument_id(instrument)
    )
$fill$;

call pg_temp.fill('a', '2024-01-03Z', 'buy', 2, 100);
call pg_temp.fill('b', '2024-01-05Z', 'buy', 3.50, 120);
call pg_temp.fill('c', '2024-01-31 23:59:59.999999Z', 'sell', 1, 130);
call pg_temp.fill('d', '2024-02-01Z', 'buy', 1, 90);
call pg_temp.fill('e', '2024-02-03Z', 'sell', 1, 95, 'ETH/USD');
call pg_temp.fill('f', '2024-03-02Z', 'sell', 1, 140);
call pg_temp.fill('g', '2024-03-04Z', 'buy', 7, 80, 'ETH/USD', 'open');
call pg_temp.fill('k', '2024-01-08Z', 'buy', 2, 100, book => 'coins');
do $split$
begin
    perform utl.record_split('BTC/USD', 2, 1, occurred_at => '2024-01-20Z');
    perform utl.bust_fill('main', 'b');
    perform utl.amend_fill('main', 'b', quantity => 3);
end
$split$;
insert into utl.prices (instrument_id, source, mark, at)
values (1, 'test', 100, '2024-01-07Z'), (1, 'test', 110, '2024-02-07Z');
select is(audit(), 'sound', 'the_ledger_is_sound');

-- What can be archived.
select results_eq(
    $$ select a.month, a.problem from utl.archivable('2024-03-15') as a $$,
    $$
        values
        ('2024-01-01'::date, 'book desk is not closed up to its end, or is being built'),
        ('2024-02-01', 'an older month cannot be archived')
    $$,
    'a_month_is_archived_only_when_its_books_are_closed'
);
select throws_ok(
    $$ select utl.begin_archive('2024-01-01') $$, '55U07', 'fills of 2024-01 cannot be archived',
    'none_is_begun_before'
);
do $close$
begin
    perform utl.close_period('desk', '2024-03-01Z');
    perform utl.close_period('coins', '2024-03-01Z');
end
$close$;
select results_eq(
    $$ select a.month, a.problem from utl.archivable('2024-04-15') as a $$,
    $$
        values
        ('2024-01-01'::date, null), ('2024-02-01', null),
        ('2024-03-01', 'book desk is not closed up to its end, or is being built')
    $$,
    'a_book_without_fills_of_a_month_need_not_be_closed'
);
call pg_temp.fill('late', '2024-01-15Z', 'buy', 2, 105);
do $amend$
begin
    perform utl.amend_fill('main', 'a', quantity => 2.5);
end
$amend$;
select is(
    (select array_agg(p.kind order by p.kind) from utl.prior_period_bookings as p),
    array['as closed', 'late', 'replacement', 'reversal'], 'there_are_bookings_of_a_prior_period'
);
select is(audit(), 'sound', 'the_ledger_is_sound_with_them');
select throws_ok(
    $$ select utl.begin_archive('2024-02-01') $$, '55U07', 'fills of 2024-02 cannot be archived',
    'the_oldest_month_goes_first'
);
select throws_ok(
    $$ select utl.begin_archive('2030-02-01') $$, '55U07', 'fills of 2030-02 cannot be archived',
    'a_month_that_is_not_there_cannot_be_archived'
);
select is(
    pg_temp.would(
        $$
            select utl.reopen_period('desk');
            select utl.amend_fill('main', 'a', executed_at => '2024-02-07Z');
            select utl.close_period('desk', '2024-03-01Z')
        $$,
        $$ select a.problem from utl.archivable('2024-03-01') as a limit 1 $$
    ),
    'fill 1 of it counts later, at 2024-02-07 00:00:00+00',
    'nor_can_one_be_of_which_a_fill_counts_later'
);
select is(
    pg_temp.would(
        $$ call pg_temp.fill('o', '2023-12-07Z', 'buy', 1, 100) $$,
        $$ select a.problem from utl.archivable('2024-03-01') as a limit 1 $$
    ),
    'older ones are in the default partition: utl maintain',
    'nor_one_while_older_fills_are_in_the_default_partition'
);

commit;
begin;

-- Frozen.
create temporary table begun as select a.* from utl.begin_archive('2024-01-01') as a;
select is(
    (select row(a.facts, a.month, a.state)::text from begun as a),
    '(fills,2024-01,"being archived")', 'archiving_begins'
);
select is(
    (select a.archive_id from utl.begin_archive('2024-01-01') as a),
    (select b.archive_id from begun as b), 'beginning_again_goes_on'
);
select throws_ok(
    $$ call pg_temp.fill('x', '2024-01-03Z', 'buy', 1, 100) $$, '55U06',
    'fills of 2024-01 are archived', 'a_month_that_is_being_archived_takes_no_fills'
);
select throws_ok(
    $$ select utl.bust_fill('main', 'a') $$, '55U06', 'fill a is archived', 'and_no_corrections'
);
select lives_ok(
    $$ call pg_temp.fill('h', '2024-02-05Z', 'buy', 1, 100) $$, 'the_next_month_does'
);
select throws_ok(
    $$ select utl.rebuild_book('desk') $$, '55U06', 'this needs fills that are archived',
    'nothing_is_rebuilt_that_has_fills_in_it'
);
select lives_ok($$ select utl.rebuild_book('open') $$, 'what_has_none_is');
select is(
    (select a.state from utl.finish_restore((select b.archive_id from begun as b)) as a),
    'restored', 'archiving_can_be_broken_off'
);
select is(
    pg_temp.would(
        $$
            call pg_temp.fill('x', '2024-01-03Z', 'buy', 1, 100);
            select utl.amend_fill('main', 'a', fee => 0.002)
        $$,
        'select count(*) from utl.fills as f where f.executed_at < ''2024-02-01Z'''
    ),
    '6', 'then_all_is_as_before'
);

commit;
begin;

-- Out.
drop table begun;
create temporary table begun as select a.* from utl.begin_archive('2024-01-01') as a;
select pg_temp.write(b.archive_id) from begun as b;
select utl.stage_archive(b.archive_id) from begun as b;
select throws_ok(
    $$ select utl.finish_archive(b.archive_id, '/x') from begun as b $$, '55U08',
    'the file of fills_2024_01 does not say what was archived', 'without_the_file_nothing_goes'
);
select pg_temp.stage(b.archive_id, 'where fill_id <> 2') from begun as b;
select throws_ok(
    $$ select utl.finish_archive(b.archive_id, '/x') from begun as b $$, '55U08',
    'the file of fills_2024_01 does not say what was archived', 'nor_if_a_row_is_missing'
);
select pg_temp.stage(b.archive_id) from begun as b;
update utl_private.fills_2024_01_staged as s set quantity = 3.5
where s.quantity = 3.50;
select throws_ok(
    $$ select utl.finish_archive(b.archive_id, '/x') from begun as b $$, '55U08',
    'the file of fills_2024_01 does not say what was archived',
    'nor_if_a_digit_is_another_be_it_a_zero_at_the_end'
);
create temporary table before as
select
    (select jsonb_agg(p order by p.position_id) from utl_private.positions as p) as positions,
    (select jsonb_agg(h order by h.asset_id, h.instrument_id) from utl.holdings as h) as holdings,
    (
        select jsonb_agg(h order by h.asset_id)
        from utl.holdings_at('2024-02-15Z') as h
    ) as held_then;
select pg_temp.stage(b.archive_id) from begun as b;
select is(
    (select a.state from begun as b cross join utl.finish_archive(b.archive_id, '/x') as a),
    'archived', 'what_says_the_same_is_archived'
);
select is(
    (select a.path from begun as b cross join utl.finish_archive(b.archive_id, '/y') as a),
    '/x', 'once'
);
commit;
begin;
select is(to_regclass('utl_private.fills_2024_01'), null, 'the_partition_is_gone');
select results_eq(
    'select f.venue_fill_id from utl.fills as f order by 1', array['d', 'e', 'f', 'g', 'h'],
    'with_its_fills'
);
select is(audit(), 'sound', 'the_ledger_is_sound_without_them');
select is(pg_temp.archive('2024-02-01'), 'archived', 'the_next_month_goes');
commit;
begin;
select is(audit(), 'sound', 'the_ledger_is_sound_then_too');
select is(
    (
        select row(
            (select jsonb_agg(p order by p.position_id) from utl_private.positions as p),
            (select jsonb_agg(h order by h.asset_id, h.instrument_id) from utl.holdings as h)
        )::text
    ),
    (select row(b.positions, b.holdings)::text from before as b), 'nothing_else_has_changed'
);
select is(utl.add_partitions('2024-01-01', 4), 0, 'no_partition_is_made_in_its_place');
select is_empty(
    $$ select from utl.maintain() as m where m.outcome <> 'done' $$, 'upkeep_goes_on'
);

commit;
begin;

-- What needs what is out.
select
    throws_ok(s.statement, '55U06', s.message, s.test)
from (
    values
    (
        $$ call pg_temp.fill('x', '2024-01-03Z', 'buy', 1, 100) $$,
        'fills of 2024-01 are archived', 'a_late_fill_is_refused'
    ),
    (
        $$ call pg_temp.fill('x', '1999-01-03Z', 'buy', 1, 100, book => 'open') $$,
        'fills of 1999-01 are archived', 'so_is_any_that_is_older'
    ),
    ($$ select utl.bust_fill('main', 'a') $$, 'fill a is archived', 'so_is_a_bust'),
    (
        $$ select utl.amend_fill(fill_id => 1, price => 1) $$,
        'this needs fills that are archived', 'and_an_amendment_by_the_id_of_the_fill'
    ),
    (
        $$ select utl.rebuild_book('desk') $$, 'this needs fills that are archived',
        'a_rebuild_is_refused'
    ),
    (
        $$ select utl.add_costing('desk', 'fifo') $$, 'this needs fills that are archived',
        'so_is_another_costing'
    ),
    (
        $$ select utl.reopen_period('desk') $$, 'this needs fills that are archived',
        'the_period_stays_closed'
    ),
    (
        $$ select * from utl.holdings_at('2024-02-15Z') $$, 'this needs fills that are archived',
        'what_was_held_then_is_not_known'
    ),
    (
        $$ select * from utl.pnl_at('2024-02-15Z') $$, 'this needs fills that are archived',
        'nor_which_fees_were_paid_in_other_assets_by_then'
    ),
    (
        $$ select * from utl.pnl_translated('desk') $$, 'this needs fills that are archived',
        'nor_when'
    )
) as s (statement, message, test);
select results_eq(
    $$
        select r.line, r.outcome, r.sqlstate, r.reason from utl.record_fills(
            '[
                {"venue_fill_id": "x", "instrument": "BTC/USD", "side": "buy", "quantity": 1, "price": 100,
                 "executed_at": "2024-01-03T00:00:00Z"},
                {"venue_fill_id": "i", "instrument": "BTC/USD", "side": "buy", "quantity": 1, "price": 100,
                 "executed_at": "2024-03-05T00:00:00Z"},
                {"venue_fill_id": "a", "instrument": "BTC/USD", "side": "buy", "quantity": 2, "price": 100, "fee": "0.001",
                 "fee_asset": "BNB", "executed_at": "2024-01-03T00:00:00Z"},
                {"venue_fill_id": "b", "instrument": "BTC/USD", "side": "buy", "quantity": 2, "price": 100, "fee": "0.001",
                 "fee_asset": "BNB", "executed_at": "2024-01-05T00:00:00Z"}
            ]', book => 'desk', account => 'main'
        ) as r
    $$,
    $$
        values
        (1::bigint, 'rejected', '55U06', 'fills of 2024-01 are archived'),
        (2, 'booked', null, null), (3, 'duplicate', null, null),
        (4, 'conflict', '23U03', 'fill 2 says otherwise')
    $$,
    'keys_stay_so_resends_are_duplicates_and_a_late_fill_is_kept_to_be_sent_again'
);
select results_eq(
    'select c.fill_id, c.differences from utl.fill_conflicts as c',
    $$ values (2::bigint, null::jsonb) $$, 'a_conflict_with_what_is_archived_is_shown'
);

commit;
begin;

-- What does not need it.
select is(utl.complete_rates('coins'), 0::bigint, 'rates_are_completed_but_for_archived_fills');
select lives_ok(
    $$ select * from utl.holdings_at('2024-02-29 23:59:59.999999Z') $$,
    'what_was_held_at_the_end_is_known'
);
select is(
    (select array_agg(quantity order by 1) from utl.position_at('desk', 'BTC/USD', '2024-01-07Z')),
    (
        select array_agg(e.quantity_after order by 1)
        from utl_private.positions as p
        cross join lateral utl_private.entry_at(p.position_id, '2024-01-07Z', 'infinity') as e
        where p.instrument_id = 1 and p.book_id = 1
    ),
    'where_positions_stood_is_known'
);
do $later$
begin
    perform utl.record_transfer(
        'desk', 'main', 'cold', 3, 'BTC/USD', occurred_at => '2024-03-06Z', reference => 'moved'
    );
    perform utl.change_costing('desk', 'lofo', '2024-03-07Z');
    perform utl.record_split('BTC/USD', 3, 2, occurred_at => '2024-03-08Z');
end
$later$;
call pg_temp.fill('j', '2024-03-09Z', 'sell', 2, 150);
call pg_temp.fill('m', '2024-03-09Z', 'sell', 1, 150, book => 'coins');
select is(audit(), 'sound', 'transfers_changes_of_method_and_splits_are_booked_on_top');
create temporary table booked as
select p.* from utl_private.positions as p;

commit;
begin;

-- Back.
select throws_ok(
    $$ select pg_temp.restore('2024-01') $$, '55U07', null, 'the_last_month_comes_back_first'
);
select pg_temp.stage(a.archive_id, 'limit 1')
from utl.archived_partitions as a
where a.month = '2024-02';
select throws_ok(
    $$
        select utl.finish_restore(a.archive_id) from utl.archived_partitions as a
        where a.month = '2024-02'
    $$,
    '55U08', 'the file of fills_2024_02 does not say what was archived',
    'what_is_not_the_same_does_not_come_back'
);
select is(pg_temp.restore('2024-02'), 'restored', 'a_month_comes_back');
commit;
begin;
select is(audit(), 'sound', 'the_ledger_is_sound_with_one_month_back');
select throws_ok(
    $$ call pg_temp.fill('x', '2024-01-03Z', 'buy', 1, 100) $$, '55U06',
    'fills of 2024-01 are archived', 'what_is_before_it_is_still_out'
);
select is(pg_temp.restore('2024-01'), 'restored', 'all_come_back');
select throws_ok(
    $$
        select utl.finish_restore(a.archive_id) from utl.archived_partitions as a
        where a.month = '2024-01' and a.path = '/x'
    $$,
    '55U07', null, 'once'
);
commit;
begin;
select is(audit(), 'sound', 'the_ledger_is_sound_and_all_of_it_replayed');
select is_empty(
    $$
        select b.position_id, b.quantity, b.cost, b.realized_pnl from booked as b
        except
        select p.position_id, p.quantity, p.cost, p.realized_pnl from utl_private.positions as p
    $$,
    'positions_are_what_they_were_without_the_facts'
);
select is(
    (select bool_and(r.digest_before = r.digest_after) from utl.rebuild_book('desk') as r), true,
    'and_what_the_facts_make_of_them'
);
select is(
    (select jsonb_agg(h order by h.asset_id) from utl.holdings_at('2024-02-15Z') as h),
    (select b.held_then from before as b), 'what_was_held_is_known_again'
);
select is_empty(
    'select from utl_private.archived_flows union all select from utl_private.archived_origins',
    'nothing_is_kept_twice'
);
select is(
    (select r.outcome from utl.retry_rejected_fills() as r), 'booked',
    'what_was_rejected_meanwhile_is_sent_again'
);
select throws_ok(
    'delete from utl_private.fills_2024_01', '55U02', null, 'what_is_back_is_guarded'
);
select is(audit(), 'sound', 'the_ledger_is_sound_in_the_end');

commit;
begin;

-- Prices.
do $close$
begin
    perform utl.close_period('open', '2024-03-01Z');
end
$close$;
insert into utl.prices (instrument_id, source, mark, at) values (2, 'test', 20, '2024-01-31Z');
select is(pg_temp.archive('2024-01-01', 'prices'), 'archived', 'prices_are_archived_likewise');
select results_eq(
    'select p.mark from utl.prices as p', array[110::numeric], 'that_month_alone'
);
select results_eq(
    $$ select l.mark from utl.latest_prices as l where l.instrument = 'ETH/USD' $$,
    array[20::numeric], 'what_had_its_last_price_then_is_valued_at_it_still'
);
select results_eq(
    $$
        select r.line, r.outcome, r.sqlstate from utl.record_prices('[
            {"instrument": "BTC/USD", "mark": 1, "at": "2024-01-03T00:00:00Z"},
            {"instrument": "BTC/USD", "mark": 1, "at": "2024-02-03T00:00:00Z"}
        ]', source => 'test') as r
    $$,
    $$ values (1::bigint, 'rejected', '55U06'), (2, 'recorded', null) $$,
    'a_price_of_that_time_is_rejected'
);
select throws_ok(
    $$
        insert into utl.prices (instrument_id, source, mark, at)
        values (1, 'test', 100, '2023-01-07Z')
    $$,
    '55U06', 'prices of 2023-01 are archived', 'or_refused'
);
commit;
begin;
select is(audit(), 'sound', 'the_ledger_is_sound_without_old_prices');
select is(pg_temp.restore('2024-01', 'prices'), 'restored', 'and_they_come_back');
select is((select count(*) from utl.prices), 4::bigint, 'all_of_them');
commit;
begin;
select is(audit(), 'sound', 'the_ledger_is_sound_with_all_prices');

select * from finish();
rollback;
