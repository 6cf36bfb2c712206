begin;
select plan(39);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_asset('ETH');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', m) from unnest(array['fifo', 'hifo']) as m;
    perform utl.add_book('other');
end
$set_up$;
call trade($$
    a 10:00 buy 2 @ 100 fee 1 USD
    b 10:01 buy 1 @ 110 fee 0.001 ETH
    c 10:02 sell 1 @ 120
$$);

-- What the checks, and the replay, find after a piece of vandalism that is then undone.
create function pg_temp.found_after(vandalism text)
returns text
language plpgsql
as $found_after$
declare
    _found text;
begin
    begin
        alter table utl.fills disable trigger user;
        execute vandalism;
        select
            coalesce(string_agg(c.check_name, ', ' order by c.check_name), 'nothing')
            || case
                when exists (select from utl.replay_differences(1)) then '; replay differs'
                else ''
            end
        into _found
        from utl.failed_checks() as c;
        raise exception using errcode = 'UUUUU';
    exception
        when sqlstate 'UUUUU' then
            null;
    end;
    return _found;
end
$found_after$;

select is(pg_temp.found_after('select'), 'nothing', 'a_ledger_that_is_right_has_no_findings');

select
    matches(
        pg_temp.found_after(v.vandalism), v.finding, format('%s_is_found', v.name)
    )
from (
    values
    (
        'a_changed_quantity_of_a_position',
        'update utl_private.positions set quantity = 3 where position_id = 1',
        'check_cost_is_conserved, check_costings_agree, '
        'check_positions_are_their_last_entry; replay differs'
    ),
    (
        'a_changed_cost_of_a_position_by_the_last_digit',
        'update utl_private.positions set cost = cost + 0.000000000000000001',
        'check_cost_is_conserved, check_lots_cover_positions, '
        'check_positions_are_their_last_entry; replay differs'
    ),
    (
        'a_changed_profit_of_a_position',
        'update utl_private.positions set realized_pnl = 0',
        'check_cost_is_conserved, check_costings_agree, '
        'check_positions_are_their_last_entry; replay differs'
    ),
    (
        'a_changed_fee_of_a_position',
        'update utl_private.positions set fees = 0',
        'check_cost_is_conserved, check_positions_are_their_last_entry; replay differs'
    ),
    (
        'a_changed_place_of_a_position',
        'update utl_private.positions set last_sequence = 99',
        'check_positions_are_their_last_entry; replay differs'
    ),
    (
        'a_changed_opening_of_a_position',
        'update utl_private.positions set opened_at = now()', 'replay differs'
    ),
    (
        'a_lost_position',
        'delete from utl_private.positions where position_id = 1',
        'check_cost_is_conserved, check_fills_are_booked, check_positions_are_their_last_entry'
    ),
    (
        'a_changed_amount_of_an_entry',
        'update utl_private.entries set amount = amount + 1 where lot_fill_id is null',
        'check_cost_is_conserved, check_entries_are_a_chain, check_lots_are_what_matches_left'
    ),
    (
        'a_changed_state_of_an_entry',
        'update utl_private.entries set cost_after = 1 where part = 1',
        'check_entries_are_a_chain, check_positions_are_their_last_entry; replay differs'
    ),
    (
        'a_changed_fee_of_an_entry',
        'update utl_private.entries set fee = 7 where fee = 1',
        'check_cost_is_conserved, check_entries_are_a_chain; replay differs'
    ),
    (
        'money_moved_between_two_entries_so_that_the_sums_hold',
        'update utl_private.entries set realized_pnl = realized_pnl + 1, amount = amount - 1 '
        'where tap.fill_name(fill_id) = ''c''',
        'check_cost_is_conserved, check_entries_are_a_chain; replay differs'
    ),
    (
        'an_exchange_of_amount_and_profit_that_every_sum_allows',
        'update utl_private.entries set realized_pnl = realized_pnl + 1, amount = amount - 1, '
        'realized_pnl_after = realized_pnl_after + 1 where tap.fill_name(fill_id) = ''c''; '
        'update utl_private.positions set realized_pnl = realized_pnl + 1',
        'nothing; replay differs'
    ),
    (
        'a_lost_entry',
        'delete from utl_private.entries where tap.fill_name(fill_id) = ''b''',
        'check_cost_is_conserved, check_entries_are_a_chain, check_fills_are_booked, '
        'check_lots_are_what_matches_left'
    ),
    (
        'an_entry_that_is_there_twice',
        'insert into utl_private.entries select * from utl_private.entries where position_id = 1 '
        'and tap.fill_name(fill_id) = ''b''',
        'check_cost_is_conserved, check_entries_are_a_chain, check_fills_are_booked; replay differs'
    ),
    (
        'a_match_with_another_lot',
        'update utl_private.entries set lot_fill_id = lot_fill_id + 1 '
        'where lot_fill_id is not null and position_id = 2',
        'check_lots_are_what_matches_left; replay differs'
    ),
    (
        'a_changed_quantity_of_a_lot',
        'update utl_private.open_lots set quantity = quantity + 1',
        'check_lots_are_what_matches_left, check_lots_cover_positions'
    ),
    (
        'a_cost_moved_between_two_lots',
        'update utl_private.open_lots set cost = cost + case tap.fill_name(fill_id) '
        'when ''a'' then 1 else -1 end where position_id = 2',
        'check_lots_are_what_matches_left'
    ),
    (
        'a_lost_lot', 'delete from utl_private.open_lots where tap.fill_name(fill_id) = ''a''',
        'check_lots_are_what_matches_left, check_lots_cover_positions'
    ),
    (
        'a_lot_of_nobody',
        'insert into utl_private.open_lots (position_id, opened_at, sequence, fill_id, book_id, '
        'rank, quantity, cost) select 1, opened_at, sequence, 99, book_id, rank, quantity, cost '
        'from utl_private.open_lots limit 1',
        'check_lots_are_what_matches_left, check_lots_cover_positions'
    ),
    (
        'a_changed_rank_of_a_lot',
        'update utl_private.open_lots set rank = rank - 100', 'check_lots_are_in_closing_order'
    ),
    (
        'a_changed_time_of_a_lot',
        'update utl_private.open_lots set opened_at = opened_at - interval ''1 s''',
        'check_lots_are_in_closing_order'
    ),
    (
        'a_fill_that_was_never_booked',
        'insert into utl.fills (book_id, account_id, instrument_id, venue_fill_id, side, quantity, '
        'price, executed_at) values (1, 1, 1, ''x'', ''buy'', 1, 100, now())',
        'check_fills_are_booked, check_flows_are_those_of_facts, check_holdings_are_conserved, '
        'check_keys_cover_fills; replay differs'
    ),
    (
        'a_fill_that_was_never_booked_in_a_book_without_positions',
        'insert into utl.fills (book_id, account_id, instrument_id, venue_fill_id, side, quantity, '
        'price, executed_at) values (utl.book_id(''other''), 1, 1, ''x'', ''buy'', 1, 100, now()); '
        'insert into utl_private.fill_keys (fill_id, executed_at, account_id, venue_fill_id, '
        'content_digest) select fill_id, executed_at, account_id, venue_fill_id, '
        'utl_private.fill_digest(f) from utl.fills as f where venue_fill_id = ''x''',
        'check_fills_are_booked'
    ),
    (
        'a_changed_price_of_a_fill', 'update utl.fills set price = price + 1',
        'check_keys_cover_fills, check_lots_are_in_closing_order; replay differs'
    ),
    (
        'a_changed_side_of_a_fill', 'update utl.fills set side = ''sell''',
        'check_fills_are_booked, check_flows_are_those_of_facts, check_holdings_are_conserved, '
        'check_keys_cover_fills, check_lots_are_in_closing_order; replay differs'
    ),
    (
        'a_changed_time_of_a_fill',
        'update utl.fills set executed_at = executed_at - interval ''1 h''',
        'check_keys_cover_fills, check_lots_are_in_closing_order; replay differs'
    ),
    (
        'a_lost_fill', 'delete from utl.fills where venue_fill_id = ''b''',
        'check_fills_are_booked, check_flows_are_those_of_facts, check_holdings_are_conserved, '
        'check_keys_cover_fills; replay differs'
    ),
    (
        'a_lost_key', 'delete from utl_private.fill_keys where venue_fill_id = ''b''',
        'check_keys_cover_fills'
    ),
    (
        'a_key_of_nothing',
        'insert into utl_private.fill_keys (fill_id, executed_at, account_id, venue_fill_id, '
        'content_digest) values (99, now(), 1, ''x'', ''\x00'')',
        'check_keys_cover_fills'
    ),
    (
        'a_changed_digest', 'update utl_private.fill_keys set content_digest = ''\x00''',
        'check_keys_cover_fills'
    ),
    (
        'a_changed_fee_in_another_asset', 'update utl_private.flows set received = received + 1',
        'check_flows_are_those_of_facts'
    ),
    (
        'a_lost_fee_in_another_asset', 'delete from utl_private.flows where asset_id <> 0',
        'check_flows_are_those_of_facts'
    ),
    (
        'a_costing_without_positions',
        'insert into utl_private.costings (book_id, costing, method) '
        'values (1, ''lifo'', ''lifo'')',
        'check_fills_are_booked'
    )
) as v (name, vandalism, finding);

select is(pg_temp.found_after('select'), 'nothing', 'nothing_of_it_is_left');

-- The list of findings.
select is_empty(
    $$ select * from utl.failed_checks() $$, 'a_check_that_finds_nothing_is_not_listed'
);
delete from utl_private.fill_keys;
select results_eq(
    $$ select * from utl.failed_checks() $$,
    $$
        select
            'check_keys_cover_fills'::text,
            obj_description('utl_private.check_keys_cover_fills'::regclass, 'pg_class') collate "default",
            3::bigint
    $$,
    'a_check_that_finds_something_is_listed_with_its_title_and_how_much'
);

-- The list of differences.
update utl_private.positions set realized_pnl = 7
where position_id = 1;
select results_eq(
    $$
        select r.book, r.account, r.instrument, r.costing, r.side, tap.fill_name(r.fill_id), r.part,
        r.line ->> 'realized_pnl_after'
        from utl.replay_differences() as r
    $$,
    $$
        values
        ('desk', null, 'BTC/USD', 'wac', 'replayed', 'c', null::integer, '16.666666666666666667'),
        ('desk', null, 'BTC/USD', 'wac', 'stored', 'c', null, '7')
    $$,
    'a_difference_is_shown_from_both_sides'
);
select is_empty(
    $$ select * from utl.replay_differences(0) $$, 'a_share_of_none_replays_nothing'
);

select * from finish();
rollback;
