-- All that is derived comes from the facts: thrown away and derived again it is as it was.
begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    perform utl.add_asset('BNB');
    perform utl.add_book(b) from unnest(array['desk', 'other', 'empty']) as b;
    perform utl.add_costing('desk', m) from unnest(array['fifo', 'lofo']) as m;
    perform utl.add_costing('other', 'fifo');
    perform utl.add_costing(
        'desk', 'hifo', 'accounts', pool => 'account', fees => 'capitalize', rank_by => 'unit_cost'
    );
    perform utl.add_costing('desk', 'lifo', 'arrival', booking_order => 'arrival');
    call tap.trade($$
        a 10:00 buy 2 @ 100 fee 1 USD
        b 10:10 buy 1 @ 112 fee 0.2 BNB
        c 11:00 sell 1 @ 130 fee 1 USD in sub
        d 13:00 sell 1 @ 125 in sub
        e 14:00 buy 3 @ 99 fee 2 USD
        f 15:00 sell 5 @ 101
    $$);
    call tap.trade($$
        g 10:00 sell 2 @ 10
        h 16:00 buy 3 @ 7
    $$, instrument => 'ETH/USD');
    call tap.trade('o 10:00 buy 2 @ 100', 'other');
    -- A late fill, corrections, a closed period with all that can meet it, and changes of method.
    call tap.trade('k 10:30 buy 1 @ 90');
    call tap.bust('b');
    call tap.amend('d', price => 127);
    perform utl.close_period('desk', '2026-01-05 12:00Z');
    call tap.trade('l 10:40 sell 1 @ 140 fee 0.1 BNB');
    call tap.amend('a', quantity => 3);
    call tap.bust('c');
    call tap.amend('e', at => '11:30');
    perform utl.change_costing('desk', 'hifo', '2026-01-05 12:30Z', 'fifo');
    perform utl.change_costing('desk', 'wac', '2026-01-05 14:30Z', 'fifo');
end
$set_up$;

create function pg_temp.digest(table_name text)
returns text
language plpgsql
as $digest$
declare
    _digest text;
begin
    execute format(
        'select md5(string_agg(t::text, E''\n'' order by t::text)) from %s as t',
        table_name
    ) into _digest;
    return _digest;
end
$digest$;

create temporary table derived as
select
    t.name,
    pg_temp.digest(t.name) as digest
from unnest(array[
    'utl.position_entries', 'utl.open_lots', 'utl.unit_costs', 'utl.position_fees',
    'utl.prior_period_bookings', 'utl.restatements', 'utl_private.superseded_entries'
]) as t (name);

create function pg_temp.comes_back(description text)
returns setof text
language sql
as $comes_back$
    select tap.is(
        pg_temp.digest(d.name), d.digest,
        format('%s_leaves_%s_as_they_were', description, split_part(d.name, '.', 2))
    )
    from pg_temp.derived as d
$comes_back$;

select is(audit(), 'sound', 'the_ledger_is_sound');

-- Nothing changes where nothing is wrong.
create temporary table rebuilt as
select
    r.*,
    row_number() over () as nth
from utl.rebuild_book('desk') as r;
select results_eq(
    $$ select r.costing, r.changed_positions from rebuilt as r order by r.nth $$,
    $$
        values ('wac', 0::bigint), ('fifo', 0), ('lofo', 0), ('accounts', 0), ('arrival', 0),
        ('fifo', 0), ('fifo', 0)
    $$, 'a_rebuild_returns_a_row_for_each_method_of_each_costing'
);
select is_empty(
    'select r.* from rebuilt as r where r.digest_before is distinct from r.digest_after',
    'the_digests_before_and_after_are_equal'
);
select isnt_empty(
    'select r.* from rebuilt as r where r.digest_before is not null', 'there_are_digests'
);
select is(
    (select sum(r.entries) from rebuilt as r),
    (
        select count(*)::numeric from utl.position_entries as e
        where e.book = 'desk'
    ), 'it_counts_the_entries'
);
select results_eq(
    $$ select r.costing, r.positions from rebuilt as r where r.costing in ('wac', 'accounts') $$,
    $$ values ('wac', 2::bigint), ('accounts', 3) $$, 'it_counts_the_positions'
);
select pg_temp.comes_back('a_rebuild_of_what_is_right');
select is(audit(), 'sound', 'the_ledger_is_sound_after_a_rebuild');

-- What was tampered with is repaired.
create function pg_temp.tamper(name text, statement text)
returns setof text
language plpgsql
as $tamper$
declare
    _count bigint;
begin
    execute statement;
    get diagnostics _count = row_count;
    return next tap.ok(_count > 0, name || '_is_made');
end
$tamper$;

create function pg_temp.position_of(costing text, instrument text default 'BTC/USD')
returns bigint
language sql
stable
as $position_of$
    select u.position_id from utl.unit_costs as u
    where (u.book, u.costing, u.instrument) = ('desk', $1, $2)
$position_of$;

create function pg_temp.is_repaired(description text, changed bigint)
returns setof text
language plpgsql
as $is_repaired$
declare
    _before timestamptz := clock_timestamp();
    _changed bigint;
    _restated bigint;
    _unlike bigint;
begin
    select sum(r.changed_positions), count(*) filter (where r.digest_before <> r.digest_after)
    into _changed, _unlike
    from utl.rebuild_book('desk') as r;
    return next tap.is(_changed, changed, description || '_is_told_as_positions_that_changed');
    return next tap.ok(_unlike > 0, description || '_shows_in_the_digests');
    return next tap.is(tap.audit(), 'sound', description || '_is_repaired');
    select count(*) into _restated
    from utl.restatements as r
    where r.cause = 'rebuild' and r.recorded_at >= _before;
    return next tap.is(_restated, changed, description || '_is_recorded_as_restated');
    select sum(r.changed_positions) into _changed from utl.rebuild_book('desk') as r;
    return next tap.is(_changed, 0::bigint, description || '_is_right_afterwards');
end
$is_repaired$;

select pg_temp.tamper('a_changed_entry', $$
    update utl_private.entries as e set realized_pnl = e.realized_pnl + 1
    where e.position_id = pg_temp.position_of('wac') and e.effective_at = '2026-01-05 13:00Z'
$$);
select pg_temp.is_repaired('a_changed_entry', 1);
select is(
    (
        select d.digest from derived as d
        where d.name = 'utl.open_lots'
    ),
    pg_temp.digest('utl.open_lots'),
    'open_lots_come_back'
);
select results_eq(
    $$
        select r.costing, r.instrument, r.restated_from, r.entries_replaced, r.realized_pnl_delta
        from utl.restatements as r where r.cause = 'rebuild'
    $$,
    $$
        values (
            'wac', 'BTC/USD', '2026-01-05 13:00Z'::timestamptz, 1::bigint, 0::numeric
        )
    $$, 'the_restatement_says_from_when_and_how_many_entries_changed'
);
select is(
    (
        select count(distinct e.booked_at) from utl.position_entries as e
        where
            e.position_id = pg_temp.position_of('wac')
            and e.booked_at >= (
                select min(r.recorded_at) - interval '1 minute' from utl.restatements as r
                where r.cause = 'rebuild'
            )
    ) > 1, true, 'entries_that_were_right_are_believed_since_when_they_were'
);

select pg_temp.tamper('a_lost_tail_of_entries', $$
    delete from utl_private.entries as e
    where e.position_id = pg_temp.position_of('lofo') and e.effective_at >= '2026-01-05 13:00Z'
$$);
select pg_temp.is_repaired('a_lost_tail_of_entries', 1);

select pg_temp.tamper('the_loss_of_all_entries', $$
    delete from utl_private.entries as e using utl_private.positions as p
    where e.position_id = p.position_id and p.book_id = utl.book_id('desk')
$$);
select pg_temp.is_repaired('the_loss_of_all_entries', (
    select count(*) from utl_private.positions as p
    where p.book_id = utl.book_id('desk') and p.last_effective_at > '-infinity'
));

select pg_temp.tamper('a_changed_position', $$
    update utl_private.positions as p set realized_pnl = p.realized_pnl + 1
    where p.position_id = pg_temp.position_of('fifo')
$$);
select pg_temp.is_repaired('a_changed_position', 1);

create temp table kept_with_lots as
select count(distinct o.position_id) as with_lots
from utl_private.open_lots as o
where o.book_id = utl.book_id('desk');
select pg_temp.tamper('the_loss_of_all_lots', $$
    delete from utl_private.open_lots as o using utl_private.positions as p
    where o.position_id = p.position_id and p.book_id = utl.book_id('desk')
$$);
select pg_temp.is_repaired('the_loss_of_all_lots', (select with_lots from kept_with_lots));

select pg_temp.tamper('changed_flows', $$
    update utl_private.flows as f set received = f.received + 1 where f.book_id = utl.book_id('desk')
$$);
select is(
    (select sum(r.changed_positions) from utl.rebuild_book('desk') as r), 0::numeric,
    'changed_flows_are_of_no_position'
);
select is(tap.audit(), 'sound', 'changed_flows_are_repaired');

-- Versions go on where a position changed, and nowhere else.
select is(
    (
        select string_agg(distinct u.instrument, ' ') from utl.unit_costs as u
        inner join utl.restatements as r
            on u.position_id = r.position_id and r.cause = 'rebuild'
        where u.costing = 'wac'
    ), 'BTC/USD ETH/USD', 'positions_of_both_instruments_were_repaired'
);
select is(
    (
        select count(*) from utl.restatements as r
        where r.book <> 'desk'
    ), 0::bigint, 'other_books_are_not_touched'
);

-- It goes on booking, and opens what is closed.
call trade($$ z 17:00 buy 1 @ 100 $$);
do $$ begin perform utl.reopen_period('desk'); end $$;
call bust('z');
select is(audit(), 'sound', 'the_ledger_goes_on_after_a_rebuild');

-- Books without anything, and who may.
select results_eq(
    $$
        select r.costing, r.positions, r.entries, r.changed_positions
        from utl.rebuild_book('empty') as r
    $$,
    $$ values ('wac', 0::bigint, 0::bigint, 0::bigint) $$, 'a_book_without_fills_can_be_rebuilt'
);
select throws_ok(
    $$ select utl.rebuild_book('desc') $$, '22U01', 'unknown book: ''desc''',
    'an_unknown_book_cannot_be_rebuilt'
);
select throws_ok(
    $$ select as_role('utl_writer', 'select utl.rebuild_book(''desk'')') $$,
    '42501', 'permission denied for function rebuild_book', 'a_writer_may_not_rebuild'
);
select lives_ok(
    $$ select as_role('utl_admin', 'select * from utl.rebuild_book(''desk'')') $$,
    'an_admin_may_rebuild'
);

select * from finish();
rollback;
