begin;
select plan(243);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo');
end
$set_up$;
call trade($$
    a 10:00 buy 2 @ 100 fee 0.001 BTC
    b 10:01 sell 1 @ 110
$$);
create role utl_nobody;

-- Reading.
select
    lives_ok(
        format('select tap.as_role(%L, %L)', r.role, format('select * from utl.%I', v.relname)),
        format('%s_reads_%s', r.role, v.relname)
    )
from unnest(array['utl_reader', 'utl_writer', 'utl_admin']) as r (role)
cross join pg_catalog.pg_class as v
where v.relnamespace = 'utl'::regnamespace and v.relkind in ('v', 'p', 'r');
select
    lives_ok(
        format('select tap.as_role(%L, %L)', r.role, 'select utl.book_id(''desk'')'),
        format('%s_finds_ids_by_names', r.role)
    )
from unnest(array['utl_reader', 'utl_writer', 'utl_admin']) as r (role);
select
    lives_ok(
        format('select tap.as_role(''utl_reader'', %L)', s.statement),
        format('utl_reader_calls_%s', substring(s.statement from 'utl\.(\w+)'))
    )
from unnest(array[
    'select utl.position_at(''desk'', ''BTC/USD'')', 'select utl.pnl_at(now())',
    'select utl.pnl_of_books(now())', 'select utl.pnl_since_flat(''desk'')',
    'select utl.pnl_explain(''desk'', now() - interval ''1 day'')',
    'select utl.pnl_daily(''desk'', current_date - 1, current_date)',
    'select utl.pnl_reported(''desk'', current_date - 1, current_date)',
    'select utl.income_of(''desk'', now())', 'select utl.exposure_at(now())',
    'select utl.exposure_by(''asset'')', 'select utl.holdings_at(now())',
    'select utl.book_holdings_at(now())', 'select utl.reconciling_price(1, 100, 2, 110)'
]) as s (statement);
select throws_ok(
    $$ select tap.as_role('utl_nobody', 'select * from utl.positions') $$,
    '42501', 'permission denied for schema utl', 'nobody_else_reads'
);

-- Recording.
create function pg_temp.insert_fill(venue_fill_id text)
returns text
language sql
as $insert_fill$
    select format(
        'insert into utl.fills (book_id, account_id, instrument_id, venue_fill_id, side, quantity, '
        'price, executed_at) values (1, 1, 1, %L, ''buy'', 1, 100, now())',
        venue_fill_id
    )
$insert_fill$;

select
    lives_ok(
        format('select tap.as_role(%L, %L)', r.role, pg_temp.insert_fill(r.role)),
        format('%s_records_fills', r.role)
    )
from unnest(array['utl_writer', 'utl_admin']) as r (role);
select throws_ok(
    format('select tap.as_role(''utl_reader'', %L)', pg_temp.insert_fill('x')),
    '42501', 'permission denied for table fills', 'utl_reader_records_nothing'
);
select throws_ok(
    format('select tap.as_role(''utl_nobody'', %L)', pg_temp.insert_fill('x')),
    '42501', 'permission denied for schema utl', 'nobody_else_records_anything'
);
select
    throws_ok(
        format(
            'select tap.as_role(''utl_writer'', %L)',
            format(
                'insert into utl.fills (%s, book_id, account_id, instrument_id, venue_fill_id, '
                'side, quantity, price, executed_at) '
                'values (%s, 1, 1, 1, ''x'', ''buy'', 1, 100, now())',
                c.name, c.setting
            )
        ),
        '42501', 'permission denied for table fills', format('utl_writer_cannot_choose_%s', c.name)
    )
from (values ('fill_id', '99'), ('recorded_at', 'now()')) as c (name, setting);

-- Transactions.
select
    lives_ok(
        format('select tap.as_role(''utl_writer'', %L)', s.statement),
        format('utl_writer_calls_%s', substring(s.statement from 'utl\.(\w+)'))
    )
from unnest(array[
    'select utl.record_deposit(''desk'', ''main'', 1, 100, ''BTC/USD'', reference => ''coins'')',
    'select utl.amend_transaction(transaction_id, amount => 90) from utl.transactions',
    'select utl.cancel_transaction(transaction_id) from utl.transactions'
]) as s (statement);
select
    throws_ok(
        format('select tap.as_role(''utl_reader'', %L)', s.statement),
        '42501',
        format('permission denied for function %s', substring(s.statement from 'utl\.(\w+)')),
        format('utl_reader_does_not_call_%s', substring(s.statement from 'utl\.(\w+)'))
    )
from unnest(array[
    'select utl.record_deposit(''desk'', ''main'', 1, 100, ''BTC/USD'')',
    'select utl.amend_transaction(transaction_id, amount => 90) from utl.transactions',
    'select utl.cancel_transaction(transaction_id) from utl.transactions'
]) as s (statement);
select is(
    (
        select array_agg(distinct t.kind || case when c.kind is null then '' else ' ' || c.kind end)
        from utl.transactions as t
        left join utl.transaction_corrections as c on t.transaction_id = c.transaction_id
    ),
    array['deposit amend', 'deposit cancel'], 'what_the_writer_recorded_is_all_there_is'
);
select
    is(
        (
            select array_agg(distinct has_function_privilege(r.role, p.oid, 'execute'))
            from pg_catalog.pg_proc as p
            where p.pronamespace = 'utl'::regnamespace and p.proname like 'record\_%'
        ),
        array[r.may], format('%s_%s_whatever_there_is', r.role, r.what)
    )
from (
    values ('utl_reader', false, 'does_not_record'), ('utl_writer', true, 'records')
) as r (role, may, what);

-- Changing.
select
    throws_ok(
        format('select tap.as_role(%L, %L)', r.role, s.statement),
        '42501', 'permission denied for table fills',
        format('%s_cannot_%s_facts', r.role, split_part(s.statement, ' ', 1))
    )
from unnest(array['utl_reader', 'utl_writer', 'utl_admin']) as r (role)
cross join unnest(
    array['update utl.fills set price = 1', 'delete from utl.fills', 'truncate utl.fills']
) as s (statement);
select
    throws_ok(
        format('select tap.as_role(%L, %L)', r.role, s.statement),
        '42501', 'permission denied for schema utl_private',
        format('%s_cannot_%s', r.role, regexp_replace(s.statement, '[^a-z]+', '_', 'g'))
    )
from unnest(array['utl_reader', 'utl_writer', 'utl_admin']) as r (role)
cross join unnest(
    array[
        'select * from utl_private.positions', 'update utl_private.positions set cost = 1',
        'delete from utl_private.entries', 'insert into utl_private.fill_keys default values',
        'select utl_private.share(1, 1, 1)', 'insert into utl_private.fills_default default values'
    ]
) as s (statement);

-- Keeping reference data.
select
    lives_ok(
        format('select tap.as_role(''utl_admin'', %L)', s.statement),
        format('utl_admin_calls_%s', substring(s.statement from 'utl\.(\w+)'))
    )
from unnest(array[
    'select utl.add_asset(''SOL'')', 'select utl.add_venue(''binance'')',
    'select utl.add_account(''hedge'', ''binance'')', 'select utl.add_book(''second'')',
    'select utl.add_costing(''desk'', ''lifo'')', 'select utl.add_instrument(''SOL/USD'')',
    'select utl.add_partitions()', 'select * from utl.failed_checks()',
    'select * from utl.replay_differences()'
]) as s (statement);
select
    throws_ok(
        format('select tap.as_role(%L, %L)', r.role, s.statement),
        '42501',
        format('permission denied for function %s', substring(s.statement from 'utl\.(\w+)')),
        format('%s_does_not_call_%s', r.role, substring(s.statement from 'utl\.(\w+)'))
    )
from unnest(array['utl_reader', 'utl_writer']) as r (role)
cross join unnest(array[
    'select utl.add_asset(''SOL'')', 'select utl.add_venue(''binance'')',
    'select utl.add_account(''hedge'', ''binance'')', 'select utl.add_book(''second'')',
    'select utl.add_costing(''desk'', ''hifo'')', 'select utl.add_instrument(''SOL/USD'')',
    'select utl.add_partitions()'
]) as s (statement);

-- Public has nothing.
select is_empty(
    $$
        select p.oid::regprocedure
        from pg_catalog.pg_proc as p
        cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
        where
            p.pronamespace in ('utl'::regnamespace, 'utl_private'::regnamespace) and a.grantee = 0
            and p.prorettype <> 'trigger'::regtype
    $$,
    'public_may_call_no_function'
);
select is_empty(
    $$
        select c.oid::regclass
        from pg_catalog.pg_class as c
        cross join lateral aclexplode(c.relacl) as a
        where
            c.relnamespace in ('utl'::regnamespace, 'utl_private'::regnamespace) and a.grantee = 0
    $$,
    'public_may_use_no_relation'
);
select is_empty(
    $$
        select c.oid::regclass
        from pg_catalog.pg_class as c
        cross join lateral aclexplode(c.relacl) as a
        where
            c.relnamespace = 'utl_private'::regnamespace and c.relkind <> 'S'
            and a.grantee::regrole::text ~ '^utl_'
    $$,
    'no_role_may_use_a_private_relation'
);

-- Who may create things can put them before ours in the search path; what runs as the owner does
-- not look there.
create schema trap;
create function trap.spring()
returns boolean
language plpgsql
as $spring$
begin
    raise exception using errcode = 'UUUUU', message = 'sprung as ' || current_user;
end
$spring$;
create function trap.round(numeric, integer) returns numeric language sql
as $$ select 0::numeric where trap.spring() $$;
create function trap.sha256(bytea) returns bytea language sql
as $$ select ''::bytea where trap.spring() $$;
create function trap.clock_timestamp() returns timestamptz language sql
as $$ select null::timestamptz where trap.spring() $$;
create function trap.coalesced(numeric, numeric) returns boolean language sql
as $$ select trap.spring() $$;
create function trap.product(numeric, numeric) returns numeric language sql
as $$ select 0::numeric where trap.spring() $$;
create function trap.format(text, text) returns text language sql
as $$ select '' where trap.spring() $$;
do $trap$
begin
    execute 'create operator trap.<> '
        '(leftarg = numeric, rightarg = numeric, function = trap.coalesced)';
    execute 'create operator trap.= '
        '(leftarg = numeric, rightarg = numeric, function = trap.coalesced)';
    execute 'create operator trap.* '
        '(leftarg = numeric, rightarg = numeric, function = trap.product)';
end
$trap$;
grant usage on schema trap to utl_writer, utl_admin, utl_reader;

create temp table new_fills (fill_id bigint);
create temp table fills (fill_id bigint);
create temp table positions (position_id bigint);
grant select on pg_temp.new_fills, pg_temp.fills, pg_temp.positions to utl_writer, utl_admin;

create function pg_temp.trapped(role_name text, statement text)
returns text
language sql
as $trapped$
    select pg_catalog.format(
        'select tap.as_role(%L, %L, %L)', role_name, statement, 'trap, pg_temp, pg_catalog'
    )
$trapped$;

select throws_ok(
    pg_temp.trapped('utl_writer', 'select 1.0 * 2.0 = round(3.0, 1)'), 'UUUUU',
    'sprung as utl_writer', 'the_trap_is_set'
);
select lives_ok(
    pg_temp.trapped('utl_writer', pg_temp.insert_fill('trapped')),
    'booking_does_not_look_into_the_search_path_of_its_caller'
);
select lives_ok(
    pg_temp.trapped(
        'utl_writer',
        replace(pg_temp.insert_fill('late'), 'now()', 'timestamptz ''2026-01-05 10:00:30Z''')
    ),
    'restating_does_not_look_into_the_search_path_of_its_caller'
);
select
    lives_ok(
        pg_temp.trapped('utl_admin', s.statement),
        format(
            '%s_does_not_look_into_the_search_path_of_its_caller',
            substring(s.statement from 'utl\.(\w+)')
        )
    )
from unnest(array[
    'select utl.add_asset(''ADA'')', 'select utl.add_account(''third'', ''binance'')',
    'select utl.add_book(''third'')', 'select utl.add_costing(''desk'', ''hifo'')',
    'select utl.add_instrument(''ADA/USD'')', 'select utl.add_partitions(''2035-01-01'', 1)',
    'select utl.book_id(''desk'')', 'select utl.failed_checks()', 'select utl.replay_differences()'
]) as s (statement);
select lives_ok(
    pg_temp.trapped('utl_reader', 'select * from utl.positions'),
    'a_view_does_not_look_into_the_search_path_of_its_reader'
);
drop table pg_temp.new_fills, pg_temp.fills, pg_temp.positions;
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
