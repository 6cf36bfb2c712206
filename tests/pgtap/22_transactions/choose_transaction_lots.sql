-- Which lots leave by a transfer, a withdrawal, a conversion: chosen with it or later, restated.
begin;
select plan(25);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'cold']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'XBT/USD']) as i;
    perform utl.add_book('desk', method => 'specific');
    perform utl.add_book('fund', method => 'specific');
    perform utl.add_costing('desk', 'specific', 'by account', pool => 'account');
    perform utl.add_costing('desk', m) from unnest(array['wac', 'hifo']) as m;
end
$set_up$;
call trade($$
    a 10:00 buy 2 @ 100
    b 10:01 buy 2 @ 120
    c 10:02 buy 2 @ 110
$$);

create function pg_temp.lots(variadic lots text[])
returns jsonb
language sql
as $lots$
    select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'lot_id', (
            select f.fill_id from utl.fills as f where f.venue_fill_id = split_part(l, ' ', 1)
        ),
        'quantity', nullif(split_part(l, ' ', 2), '')
    )) order by n)
    from unnest(lots) with ordinality as l (l, n)
$lots$;

create function pg_temp.choose(reference text, variadic lots text[])
returns utl.transaction_corrections
language sql
as $choose$
    select utl.choose_transaction_lots(t.transaction_id, pg_temp.lots(variadic lots))
    from utl.transactions as t
    where t.reference = choose.reference
$choose$;

-- A transfer.
select utl.record_transfer(
    'desk', 'main', 'cold', 3, 'BTC/USD', fee => 0.5, occurred_at => tap.at('11:00'),
    reference => 'move'
);
select is(
    lots('by account'),
    'cold: a 2 at 100 cost 200; cold: b 1 at 120 cost 120; main: b 0.5 at 120 cost 60; '
    'main: c 2 at 110 cost 220',
    'what_nobody_chose_moves_by_the_order_of_the_costing'
);
select is((pg_temp.choose('move', 'c 1.5', 'b')).kind, 'choose', 'a_choice_is_a_correction');
select is(
    lots('by account'),
    'cold: b 1.5 at 120 cost 180; cold: c 1.5 at 110 cost 165; main: a 1.5 at 100 cost 150; '
    'main: b 0.5 at 120 cost 60; main: c 0.5 at 110 cost 55',
    'the_lots_chosen_move_and_keep_their_cost_and_the_fee_leaves_by_order'
);
select is(
    lots('specific'), 'a 1.5 at 100 cost 150; b 2 at 120 cost 240; c 2 at 110 cost 220',
    'in_one_pool_only_the_fee_leaves'
);
select is(
    (
        select array_agg(distinct r.cause) from utl.restatements as r
        where r.costing = 'by account'
    ),
    array['choice'], 'it_is_recorded_as_a_restatement'
);
select is(
    told('move'), 'transfer -3.5 BTC/USD in main fee 0.5 BTC to 3 BTC/USD in cold of desk',
    'the_transaction_counts_as_before'
);
select is(audit(), 'sound', 'the_ledger_is_sound_with_a_choice');

select pg_temp.choose('move', 'b 1');
select is(
    lots('by account'),
    'cold: a 2 at 100 cost 200; cold: b 1 at 120 cost 120; main: b 0.5 at 120 cost 60; '
    'main: c 2 at 110 cost 220',
    'the_last_choice_counts_and_the_rest_leaves_by_order'
);
-- What is sold where it came to follows the choice.
call trade($$ s 12:00 sell 1 @ 150 in cold $$);
select is(
    stand('by account'),
    'cold: 2 at 110 cost 220, realized 50, fees 0, net 50; '
    'main: 2.5 at 112 cost 280, realized 0, fees 60, net -60',
    'the_sale_closes_the_oldest_lot_that_came'
);
select pg_temp.choose('move', 'b', 'c');
select is(
    stand('by account'),
    'cold: 2 at 115 cost 230, realized 30, fees 0, net 30; '
    'main: 2.5 at 104 cost 260, realized 0, fees 50, net -50',
    'a_later_choice_restates_the_account_to_which_lots_moved'
);
-- A late fill, a bust, a cancellation that is taken back: what can be met of the choice, is.
call trade($$ l 10:00:30 buy 1 @ 90 $$);
select is(
    lots('by account'),
    'cold: b 1 at 120 cost 120; cold: c 1 at 110 cost 110; main: a 1.5 at 100 cost 150; '
    'main: l 1 at 90 cost 90; main: c 1 at 110 cost 110',
    'a_late_fill_does_not_change_the_choice'
);
select utl.bust_fill('main', 'b');
select is(
    lots('by account'),
    'cold: c 2 at 110 cost 220; main: a 0.5 at 100 cost 50; main: l 1 at 90 cost 90',
    'what_is_gone_is_no_longer_chosen'
);
select is(audit(), 'sound', 'the_ledger_is_sound_without_a_chosen_lot');
select utl.amend_fill('main', 'b', quantity => 2);
select utl.cancel_transaction(t.transaction_id)
from utl.transactions as t
where t.reference = 'move';
select is(
    (
        select sum(l.quantity) from utl.open_lots as l
        where l.account = 'main'
    ), 7::numeric,
    'a_transfer_that_is_cancelled_moves_nothing'
);
select pg_temp.choose('move', 'b');
select is(
    (
        select t.status from utl.transaction_list as t
        where t.reference = 'move'
    ), 'cancelled',
    'a_choice_does_not_bring_back_what_was_cancelled'
);
select utl.amend_transaction(t.transaction_id, occurred_at => tap.at('11:01'))
from utl.transactions as t
where t.reference = 'move';
select is(
    lots('by account'),
    'cold: b 2 at 120 cost 240; main: a 0.5 at 100 cost 50; main: l 1 at 90 cost 90; '
    'main: c 2 at 110 cost 220',
    'what_counts_again_moves_the_lots_chosen'
);
select is(audit(), 'sound', 'the_ledger_is_sound_after_all_that');

-- A withdrawal with a price, one without, a conversion, a transfer to another book.
select utl.record_withdrawal(
    'desk', 'main', 1, 200, 'BTC/USD', occurred_at => tap.at('13:00'),
    reference => 'sold'
);
select pg_temp.choose('sold', 'l');
select is(
    (
        select format('%s of %s: %s', m.quantity, fill_name(m.open_fill_id), m.realized_pnl)
        from utl.lot_matches as m
        where m.costing = 'by account' and m.kind = 'withdrawal'
    ),
    '1 of l: 110', 'a_withdrawal_disposes_of_the_lot_chosen'
);
select utl.record_conversion(
    'desk', 'main', 'BTC/USD', 1, 'XBT/USD', 10, occurred_at => tap.at('13:01'),
    reference => 'swap'
);
select pg_temp.choose('swap', 'c 0.5', 'a 0.5');
select is(
    lots('by account', 'desk', 'XBT/USD'),
    'main: a 5 at 10 cost 50; main: c 5 at 11 cost 55', 'a_conversion_converts_the_lots_chosen'
);
select utl.record_transfer(
    'desk', 'main', 'main', 1, 'BTC/USD', to_book => 'fund', occurred_at => tap.at('13:02'),
    reference => 'give'
);
select pg_temp.choose('give', 'c 1');
select is(lots('specific', 'fund'), 'c 1 at 110 cost 110', 'lots_chosen_move_to_another_book');
select is(audit(), 'sound', 'the_ledger_is_sound_at_last');

-- What cannot be chosen.
select throws_like(
    $$ select pg_temp.choose('give', 'c 5') $$, 'transaction % cannot close 5 of lot %',
    'more_than_the_lot_had_is_refused'
);
select throws_like(
    $$ select pg_temp.choose('give', 'l') $$, 'transaction % cannot close lot %',
    'a_lot_that_was_closed_before_is_refused'
);
select throws_ok(
    $$ select utl.choose_transaction_lots(-1, '[]') $$, '22U01', 'there is no transaction -1',
    'an_unknown_transaction_is_refused'
);
select throws_ok(
    $$
        select utl.choose_transaction_lots(t.transaction_id, '{}')
        from utl.transactions as t where t.reference = 'give'
    $$,
    '22U04', 'lots are not a list of lots', 'what_is_no_list_is_refused'
);

select * from finish();
rollback;
