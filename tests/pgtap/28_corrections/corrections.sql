-- Each story is told twice: as it came, with its corrections, and as it should have come. Every
-- costing has to end in the same journal, lots and figures.
begin;
select no_plan();

create procedure pg_temp.tell(book text, variadic steps text[])
language plpgsql
as $tell$
declare
    _step text;
begin
    perform utl.add_book(book);
    perform utl.add_costing(book, m) from unnest(array['fifo', 'lifo', 'hifo', 'lofo']) as m;
    perform utl.add_costing(
        book, 'hifo', 'capitalizing', fees => 'capitalize', rank_by => 'unit_cost'
    );
    perform utl.add_costing(book, 'lifo', 'accounts', pool => 'account');
    perform utl.add_costing(book, 'fifo', 'arrival', booking_order => 'arrival');
    foreach _step in array steps loop
        if _step like '%@%' then
            call tap.trade(_step, book);
        else
            execute _step;
        end if;
    end loop;
end
$tell$;

create procedure pg_temp.tell_plainly(book text, blotter text)
language plpgsql
as $tell_plainly$
begin
    call pg_temp.tell(book || ' plain', 'select 1');
    if blotter like '%@%' then
        call tap.trade(
            replace(blotter, ' in ', ' in plain-'), book || ' plain', account => 'plain-main'
        );
    end if;
end
$tell_plainly$;

create function pg_temp.outcome(costing text, book text)
returns text
language sql
stable
as $outcome$
    select concat_ws(
        E'\n',
        tap.journal($1, $2),
        tap.lots($1, $2),
        (
            select string_agg(
                format(
                    '%s %s cost %s realized %s fees %s open since %s', u.account, u.quantity,
                    u.cost, u.realized_pnl, u.fees, case when $1 <> 'arrival' then u.opened_at end
                ),
                '; ' order by u.account
            )
            from utl.unit_costs as u
            where
                (u.costing, u.book) = ($1, $2)
                and (u.realized_pnl, u.quantity, u.fees) is distinct from (0, 0, 0)
        ),
        (
            select string_agg(
                format('%s %s %s', p.account, p.fees, p.asset), '; ' order by p.account, p.asset
            )
            from utl.position_fees as p
            where (p.costing, p.book) = ($1, $2)
        )
    )
$outcome$;

create function pg_temp.is_as_plain(book text, description text)
returns setof text
language sql
as $is_as_plain$
    select tap.is(
        pg_temp.outcome(c, book),
        replace(pg_temp.outcome(c, book || ' plain'), 'plain-', ''),
        description || '_by_' || c
    )
    from unnest(array[
        'wac', 'fifo', 'lifo', 'hifo', 'lofo', 'capitalizing', 'accounts', 'arrival'
    ]) as c
    union all
    select tap.is(tap.audit(), 'sound', description || '_and_the_ledger_is_sound')
$is_as_plain$;

do $set_up$
begin
    perform utl.add_account(a, 'kraken')
    from unnest(array['main', 'sub', 'plain-main', 'plain-sub']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/USD']) as i;
    set local statement_timeout = '60s';
end
$set_up$;

-- Busts.
call pg_temp.tell('bust', $$
    ba 10:00 buy 2 @ 100 fee 1 USD
    bb 10:01 buy 1 @ 120 fee 2 USD
    bc 10:02 sell 2 @ 130 fee 1 USD
$$, 'call bust(''ba'')');
call pg_temp.tell_plainly('bust', $$
    bb 10:01 buy 1 @ 120 fee 2 USD
    bc 10:02 sell 2 @ 130 fee 1 USD
$$);
select pg_temp.is_as_plain('bust', 'a_busted_fill_does_not_count');
select is(
    matched('fifo', 'bust'), 'bc closes 1 long bb: 130 - 120 = 10',
    'what_a_busted_fill_had_opened_was_never_closed'
);
select is(
    stand('wac', 'bust'), '-1 at 130 cost -130, realized 10, fees 3, net 7',
    'its_fee_is_not_paid_either'
);

call pg_temp.tell('last', 'select 1', $$
    la 10:00 buy 2 @ 100
    lb 10:01 sell 1 @ 120
$$, 'call bust(''lb'')');
call pg_temp.tell_plainly('last', $$ la 10:00 buy 2 @ 100 $$);
select pg_temp.is_as_plain('last', 'the_last_fill_can_be_busted');

call pg_temp.tell(
    'only', $$ oa 10:00 buy 2 @ 100 fee 1 USD $$, 'call bust(''oa'')'
);
call pg_temp.tell_plainly('only', '');
select pg_temp.is_as_plain('only', 'the_only_fill_can_be_busted');
select is(
    stand('fifo', 'only'), '0 at - cost 0, realized 0, fees 0, net 0',
    'the_position_of_a_busted_only_fill_is_flat'
);
select is(journal('fifo', 'only'), null, 'the_position_of_a_busted_only_fill_has_no_entries');
select is(opened('fifo', 'only'), 'flat, version 2', 'a_bust_is_one_change_of_the_position');

call pg_temp.tell('again', 'select 1', $$
    aa 10:00 buy 2 @ 100
$$, 'call bust(''aa'')', $$ ab 10:01 buy 1 @ 120 $$, $$ ac 09:00 sell 3 @ 90 $$);
call pg_temp.tell_plainly('again', $$
    ab 10:01 buy 1 @ 120
    ac 09:00 sell 3 @ 90
$$);
select pg_temp.is_as_plain('again', 'a_position_goes_on_after_the_bust_of_its_only_fill');

call pg_temp.tell('flip', $$
    fa 10:00 buy 1 @ 100
    fb 10:01 sell 3 @ 110 fee 0.5 USD
    fc 10:02 sell 1 @ 120
    fd 10:03 buy 2 @ 90
$$, 'call bust(''fb'')');
call pg_temp.tell_plainly('flip', $$
    fa 10:00 buy 1 @ 100
    fc 10:02 sell 1 @ 120
    fd 10:03 buy 2 @ 90
$$);
select pg_temp.is_as_plain('flip', 'a_fill_that_turned_the_position_can_be_busted');
select is(opened('wac', 'flip'), '10:03, version 2', 'it_is_open_since_it_turned_without_it');

call pg_temp.tell('twice', $$
    ta 10:00 buy 1 @ 100
    tb 10:01 buy 1 @ 110
$$, 'call bust(''ta'')', 'call bust(''ta'')');
call pg_temp.tell_plainly('twice', $$ tb 10:01 buy 1 @ 110 $$);
select pg_temp.is_as_plain('twice', 'a_second_bust_changes_nothing');
select is(opened('wac', 'twice'), '10:01, version 2', 'a_second_bust_is_no_change_of_the_position');

-- Amendments of each value.
create function pg_temp.deals(prefix text)
returns text
language sql
immutable
as $deals$
    select replace($$
        ?a 10:00 buy 2 @ 100 fee 1 USD
        ?b 10:01 buy 3 @ 110 fee 2 USD seq 2
        ?c 10:01 buy 1 @ 105 fee 3 USD seq 4
        ?d 10:02 sell 4 @ 120 fee 1 USD
        ?e 10:03 sell 1 @ 125 in sub
        ?f 10:04 sell 3 @ 115
    $$, '?', prefix)
$deals$;

create procedure pg_temp.amendment(book text, correction text, pattern text, replacement text)
language plpgsql
as $amendment$
begin
    call pg_temp.tell(book, pg_temp.deals(book), correction);
    call pg_temp.tell_plainly(book, regexp_replace(pg_temp.deals(book), pattern, replacement));
end
$amendment$;

call pg_temp.amendment('q', 'call amend(''qb'', quantity => 5)', 'buy 3', 'buy 5');
select pg_temp.is_as_plain('q', 'a_quantity_is_amended');
call pg_temp.amendment('p', 'call amend(''pb'', price => 90.5)', '@ 110', '@ 90.5');
select pg_temp.is_as_plain('p', 'a_price_is_amended');
call pg_temp.amendment('n', 'call amend(''nd'', price => -7)', '@ 120', '@ -7');
select pg_temp.is_as_plain('n', 'a_price_is_amended_to_a_negative_one');
call pg_temp.amendment('g', 'call amend(''gb'', fee => -0.25)', 'fee 2', 'fee -0.25');
select pg_temp.is_as_plain('g', 'a_fee_is_amended');
call pg_temp.amendment(
    'h', 'call amend(''hb'', fee => 0.01, fee_asset => ''BTC'')', 'fee 2 USD', 'fee 0.01 BTC'
);
select pg_temp.is_as_plain('h', 'the_asset_of_a_fee_is_amended');
select is(
    (
        select string_agg(f.fees || ' ' || f.asset, ', ' order by f.asset)
        from utl.position_fees as f
        where f.book = 'h' and f.costing = 'fifo'
    ),
    '0.01 BTC, 5 USD', 'a_fee_in_another_asset_is_counted_there_and_nowhere_else'
);
call pg_temp.amendment(
    'i', 'call amend(''ie'', fee => 4, fee_asset => ''USD'', account => ''sub'')',
    'in sub', 'fee 4 USD in sub'
);
select pg_temp.is_as_plain('i', 'a_fill_without_a_fee_is_given_one');
call pg_temp.amendment('j', 'call amend(''jd'', at => ''10:00:30'')', '10:02', '10:00:30');
select pg_temp.is_as_plain('j', 'a_fill_is_moved_earlier');
call pg_temp.amendment('k', 'call amend(''ka'', at => ''10:03:30'')', '10:00', '10:03:30');
select pg_temp.is_as_plain('k', 'a_fill_is_moved_later');
call pg_temp.amendment('el', 'call amend(''elb'', at => ''10:59'')', '10:01', '10:59');
select pg_temp.is_as_plain('el', 'a_fill_is_moved_to_the_end');
call pg_temp.amendment(
    'm', $$
    insert into utl.corrections (kind, account_id, venue_fill_id, sequence)
    values ('amend', utl.account_id('main'), 'mc', 1)
    $$, 'seq 4', 'seq 1'
);
select pg_temp.is_as_plain('m', 'a_fill_is_moved_within_its_time_by_sequence');
call pg_temp.amendment(
    'oo', 'call amend(''ood'', quantity => 9, price => 99, at => ''09:59'')',
    '10:02 sell 4 @ 120', '09:59 sell 9 @ 99'
);
select pg_temp.is_as_plain('oo', 'many_values_are_amended_at_once_and_the_position_turns');
call pg_temp.tell('same', $$ sx 10:00 buy 1 @ 100 $$, 'call amend(''sx'', price => 100)');
call pg_temp.tell_plainly('same', $$ sx 10:00 buy 1 @ 100 $$);
select pg_temp.is_as_plain('same', 'an_amendment_to_what_was_said_changes_nothing');

-- The same by INSERT.
call pg_temp.tell('r', pg_temp.deals('r'), $$
    insert into utl.corrections (
        kind, account_id, venue_fill_id, quantity, price, fee, fee_asset_id, executed_at
    )
    values
    ('bust', utl.account_id('main'), 'ra', null, null, null, null, null),
    (
        'amend', utl.account_id('main'), 'rd', 1, 2, 3, utl.asset_id('BTC'),
        '2026-01-05 10:05Z'
    ),
    ('amend', utl.account_id('sub'), 're', null, 126, null, null, null)
$$);
call pg_temp.tell_plainly('r', $$
    rb 10:01 buy 3 @ 110 fee 2 USD seq 2
    rc 10:01 buy 1 @ 105 fee 3 USD seq 4
    rd 10:05 sell 1 @ 2 fee 3 BTC
    re 10:03 sell 1 @ 126 in sub
    rf 10:04 sell 3 @ 115
$$);
select pg_temp.is_as_plain('r', 'corrections_of_many_fills_are_one_statement');
select is(
    opened('fifo', 'r') || '; ' || (
        select count(*) from utl.restatements as t
        where t.book = 'r' and t.costing = 'fifo'
    ),
    '10:05, version 2; 1', 'corrections_of_one_statement_restate_a_position_once'
);
call pg_temp.tell('es', pg_temp.deals('es'), $$
    insert into utl.corrections (kind, account_id, venue_fill_id, quantity, price)
    values
    ('amend', utl.account_id('main'), 'esb', 7, null),
    ('bust', utl.account_id('main'), 'esb', null, null),
    ('amend', utl.account_id('main'), 'esb', null, 111),
    ('amend', utl.account_id('main'), 'esb', 6, null)
$$);
call pg_temp.tell_plainly('es', replace(pg_temp.deals('es'), 'buy 3 @ 110', 'buy 6 @ 111'));
select pg_temp.is_as_plain('es', 'corrections_of_one_fill_in_one_statement_count_in_their_order');

-- Chains.
call pg_temp.tell(
    'te', pg_temp.deals('te'), 'call amend(''teb'', quantity => 5)',
    'call amend(''teb'', price => 99)',
    'call amend(''teb'', quantity => 4, at => ''10:03:01'')', 'call amend(''teb'', at => ''10:01'')'
);
call pg_temp.tell_plainly('te', replace(pg_temp.deals('te'), 'buy 3 @ 110', 'buy 4 @ 99'));
select pg_temp.is_as_plain('te', 'an_amended_fill_is_amended_with_what_was_given_last');
call pg_temp.tell(
    'u', pg_temp.deals('u'), 'call bust(''ub'')', 'call amend(''ub'', price => 99)'
);
call pg_temp.tell_plainly('u', replace(pg_temp.deals('u'), '@ 110', '@ 99'));
select pg_temp.is_as_plain('u', 'amending_a_busted_fill_brings_it_back');
call pg_temp.tell(
    'v', pg_temp.deals('v'), 'call amend(''vb'', price => 99, fee => 1, fee_asset => ''BTC'')',
    'call bust(''vb'')'
);
call pg_temp.tell_plainly('v', regexp_replace(pg_temp.deals('v'), 'vb[^\n]*\n', ''));
select pg_temp.is_as_plain('v', 'an_amended_fill_can_be_busted');
call pg_temp.tell(
    'w', $$ wa 10:00 buy 1 @ 100 $$, 'call bust(''wa'')', 'call amend(''wa'', quantity => 2)',
    'call bust(''wa'')', 'call bust(''wa'')', 'call amend(''wa'', price => 110)'
);
call pg_temp.tell_plainly('w', $$ wa 10:00 buy 2 @ 110 $$);
select pg_temp.is_as_plain('w', 'a_fill_brought_back_has_all_its_amendments');

-- Corrections that come before their fill.
call pg_temp.tell('x', 'call bust(''xb'')', pg_temp.deals('x'));
call pg_temp.tell_plainly('x', regexp_replace(pg_temp.deals('x'), 'xb[^\n]*\n', ''));
select pg_temp.is_as_plain('x', 'a_bust_waits_for_its_fill');
call pg_temp.tell(
    'y', 'call amend(''yb'', quantity => 5, at => ''10:03:01'', fee => 1, fee_asset => ''BTC'')',
    'call amend(''ye'', price => 1, account => ''sub'')', pg_temp.deals('y')
);
call pg_temp.tell_plainly('y', replace(replace(
    pg_temp.deals('y'), '10:01 buy 3 @ 110 fee 2 USD', '10:03:01 buy 5 @ 110 fee 1 BTC'
), '@ 125', '@ 1'));
select pg_temp.is_as_plain('y', 'an_amendment_waits_for_its_fill');
call pg_temp.tell(
    'z', 'call bust(''za'')', 'call amend(''za'', price => 101)', 'call bust(''zb'')',
    'call bust(''zb'')', $$ zc 10:01 buy 1 @ 90 $$, $$ za 10:00 buy 1 @ 100 $$,
    $$ zb 10:00 sell 9 @ 100 $$, 'call amend(''zb'', quantity => 3)'
);
call pg_temp.tell_plainly('z', $$
    zc 10:01 buy 1 @ 90
    za 10:00 buy 1 @ 101
    zb 10:00 sell 3 @ 100
$$);
select pg_temp.is_as_plain('z', 'many_corrections_wait_for_one_fill');
call pg_temp.tell('alone', 'call bust(''nn'')', $$ nn 10:00 buy 1 @ 100 fee 1 BTC $$);
call pg_temp.tell_plainly('alone', '');
select pg_temp.is_as_plain('alone', 'a_bust_waits_for_the_only_fill');
select is_empty(
    'select * from utl_private.pending_corrections', 'a_correction_waits_no_longer_than_it_must'
);

-- The account says which fill.
call pg_temp.tell(
    'two', $$ 1 10:00 buy 1 @ 100 $$, $$ 1 10:00 buy 2 @ 100 in sub $$,
    'call bust(''1'', ''sub'')'
);
select is(
    stand('accounts', 'two'),
    'main: 1 at 100 cost 100, realized 0, fees 0, net 0; '
    'sub: 0 at - cost 0, realized 0, fees 0, net 0',
    'a_fill_of_the_same_id_in_another_account_stays'
);

-- Views.
select results_eq(
    $$
        select e.venue_fill_id, e.quantity, e.price, e.fee, e.executed_at, e.fill_id = f.fill_id
        from utl.effective_fills as e
        inner join utl.fills as f on e.venue_fill_id = f.venue_fill_id and e.book_id = f.book_id
        where e.book_id = utl.book_id('r') and e.venue_fill_id in ('ra', 'rb', 'rd')
        order by e.venue_fill_id
    $$,
    $$
        values
        ('rb', 3::numeric, 110::numeric, 2::numeric, '2026-01-05 10:01Z'::timestamptz, true),
        ('rd', 1, 2, 3, '2026-01-05 10:05Z', true)
    $$,
    'effective_fills_shows_fills_as_they_count'
);
select results_eq(
    $$
        select f.quantity, f.price from utl.fills as f
        where f.venue_fill_id in ('ra', 'rd') and f.book_id = utl.book_id('r')
        order by f.venue_fill_id
    $$,
    $$ values (2::numeric, 100::numeric), (4, 120) $$,
    'a_corrected_fill_stays_as_it_was_told'
);
do $set_up$
begin
    perform utl.bust_fill('main', 'ca', 'fat finger', 'kraken desk');
    perform utl.amend_fill('main', 'ca', fee => 2, fee_asset => 'BTC', reason => 'rebate');
end
$set_up$;
select results_eq(
    $$
        select c.account, c.nth, c.kind, c.fee, c.fee_asset, c.reason, c.source, c.fill_id
        from utl.fill_corrections as c where c.venue_fill_id = 'ca' order by c.nth
    $$,
    $$
        values
        (
            'main', 1::bigint, 'bust', null::numeric, null, 'fat finger', 'kraken desk',
            null::bigint
        ),
        ('main', 2, 'amend', 2, 'BTC', 'rebate', null, null)
    $$,
    'fill_corrections_shows_the_chain_of_a_fill_that_has_yet_to_come'
);
select is(
    (
        select count(*) from utl.fill_corrections as c
        inner join utl.fills as f on c.fill_id = f.fill_id and f.venue_fill_id = 'esb'
    ),
    4::bigint, 'fill_corrections_knows_the_fill_once_it_is_there'
);

-- A fill told again, after its correction, is the fill that is there.
select results_eq(
    $$
        select r.outcome from utl.record_fills('[{
            "book": "r", "account": "main", "instrument": "BTC/USD", "venue_fill_id": "ra",
            "side": "buy", "quantity": "2", "price": "100", "fee": "1", "fee_asset": "USD",
            "executed_at": "2026-01-05T10:00:00Z"
        }]') as r
    $$,
    $$ values ('duplicate') $$, 'a_busted_fill_that_is_told_again_is_a_duplicate'
);

-- What is refused.
select throws_ok(
    'update utl.corrections set price = 1', '55U01',
    'update of corrections is refused: facts are never changed', 'corrections_are_not_updated'
);
select throws_ok(
    'delete from utl.corrections', '55U01',
    'delete of corrections is refused: facts are never changed', 'corrections_are_not_deleted'
);
select throws_ok(
    'truncate utl.corrections', '55U01',
    'truncate of corrections is refused: facts are never changed', 'corrections_are_not_truncated'
);
select
    throws_ok(
        format('select utl.amend_fill(''main'', ''qa'', %s)', b.arguments), '23514',
        format(
            'new row for relation "corrections" violates check constraint "%s"', b.rule
        ),
        b.description
    )
from (
    values
    ('quantity => 0', 'corrections_quantity_is_positive', 'a_quantity_is_not_amended_to_0'),
    ('quantity => -1', 'corrections_quantity_is_positive', 'a_quantity_is_not_amended_below_0'),
    ('quantity => ''NaN''', 'corrections_quantity_is_positive', 'a_quantity_is_a_number'),
    ('quantity => ''Infinity''', 'corrections_quantity_is_positive', 'a_quantity_is_finite'),
    ('price => ''NaN''', 'corrections_price_is_finite', 'a_price_is_a_number'),
    ('price => ''-Infinity''', 'corrections_price_is_finite', 'a_price_is_finite'),
    ('fee => ''NaN''', 'corrections_fee_is_finite', 'a_fee_is_a_number'),
    ('fee => ''Infinity''', 'corrections_fee_is_finite', 'a_fee_is_finite'),
    (
        'executed_at => ''infinity''', 'corrections_executed_at_is_finite',
        'a_time_of_execution_is_finite'
    )
) as b (arguments, rule, description);
select throws_ok(
    'select utl.bust_fill(''main'', '' '')', '23514',
    'new row for relation "corrections" violates check constraint '
    '"corrections_have_a_venue_fill_id"',
    'a_correction_says_of_which_fill'
);
select throws_ok(
    $$
        insert into utl.corrections (kind, account_id, venue_fill_id, price)
        values ('bust', utl.account_id('main'), 'qa', 1)
    $$, '23514',
    'new row for relation "corrections" violates check constraint '
    '"corrections_that_bust_change_no_value"',
    'a_bust_changes_no_value'
);
select throws_ok(
    $$
        insert into utl.corrections (kind, account_id, venue_fill_id)
        values ('cancel', utl.account_id('main'), 'qa')
    $$, '23514',
    'new row for relation "corrections" violates check constraint '
    '"corrections_kind_is_known"',
    'a_correction_busts_or_amends'
);
select throws_ok(
    'select utl.amend_fill(''main'', ''qa'')', '23514',
    'new row for relation "corrections" violates check constraint '
    '"corrections_that_amend_change_a_value"',
    'an_amendment_amends_something'
);
select throws_ok(
    'select utl.bust_fill(''man'', ''qa'')', '22U01', 'unknown account: ''man''',
    'an_unknown_account_is_refused_by_bust_fill'
);
select throws_ok(
    'select utl.amend_fill(''man'', ''qa'', 1)', '22U01', 'unknown account: ''man''',
    'an_unknown_account_is_refused_by_amend_fill'
);
select throws_ok(
    'select utl.amend_fill(''main'', ''qa'', fee_asset => ''DOG'')', '22U01',
    'unknown asset: ''DOG''', 'an_unknown_asset_is_refused_by_amend_fill'
);
select throws_matching(
    $$
        insert into utl.corrections (kind, account_id, venue_fill_id)
        values ('bust', 999999, 'qa')
    $$, 'account', 'an_unknown_account_id_is_refused'
);
select throws_matching(
    $$
        insert into utl.corrections (kind, account_id, venue_fill_id, fee_asset_id)
        values ('amend', utl.account_id('main'), 'qa', 999999)
    $$, 'asset', 'an_unknown_fee_asset_id_is_refused'
);

-- Who may.
select
    lives_ok(format('select tap.as_role(%L, %L)', r, statement), r || '_' || description)
from unnest(array['utl_writer', 'utl_admin']) as r
cross join (
    values
    ('select utl.bust_fill(''main'', ''qa'')', 'busts'),
    ('select utl.amend_fill(''main'', ''qa'', 3)', 'amends'),
    (
        'insert into utl.corrections (kind, account_id, venue_fill_id) '
        'values (''bust'', utl.account_id(''main''), ''qb'')', 'inserts_corrections'
    )
) as s (statement, description);
select throws_ok(
    $$ select tap.as_role('utl_reader', 'select utl.bust_fill(''main'', ''qa'')') $$,
    '42501', 'permission denied for function bust_fill', 'utl_reader_busts_nothing'
);
select throws_ok(
    $$ select tap.as_role('utl_reader', 'select utl.amend_fill(''main'', ''qa'', 1)') $$,
    '42501', 'permission denied for function amend_fill', 'utl_reader_amends_nothing'
);
select
    throws_ok(
        format('select tap.as_role(%L, %L)', r, 'update utl.corrections set price = 1'),
        '42501', 'permission denied for table corrections', r || '_updates_no_correction'
    )
from unnest(array['utl_reader', 'utl_writer', 'utl_admin']) as r;
select
    lives_ok(
        format('select tap.as_role(%L, %L)', r, 'select * from utl.' || v), r || '_reads_' || v
    )
from unnest(array['utl_reader', 'utl_writer', 'utl_admin']) as r
cross join unnest(array['effective_fills', 'fill_corrections', 'corrections']) as v;

select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
