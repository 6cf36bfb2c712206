-- Chosen lots: with the fill, after it, before it; and what is not chosen, or not there any more.
begin;
select plan(23);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk', method => 'specific');
    perform utl.add_costing('desk', m) from unnest(array['wac', 'lifo', 'hifo']) as m;
end
$set_up$;
call trade($$
    a 10:00 buy 2 @ 100
    b 10:01 buy 2 @ 120
    c 10:02 buy 2 @ 110
    s 11:00 sell 3 @ 130 fee 1 USD
$$);

create function pg_temp.matches(costing text, closed_by text default 's')
returns text
language sql
as $matches$
    select string_agg(
        format('%s of %s for %s', m.quantity, tap.fill_name(m.open_fill_id), m.proceeds), ', '
        order by m.part
    )
    from utl.lot_matches as m
    where m.costing = matches.costing and tap.fill_name(m.close_fill_id) = closed_by
$matches$;

create function pg_temp.lots(variadic lots text[])
returns jsonb
language sql
as $lots$
    select jsonb_agg(jsonb_build_object(
        'lot_id', (
            select f.fill_id from utl.fills as f where f.venue_fill_id = split_part(l, ' ', 1)
        ),
        'quantity', split_part(l, ' ', 2)
    ) order by n)
    from unnest(lots) with ordinality as l (l, n)
$lots$;

select is(
    pg_temp.matches('specific'), '2 of a for 260, 1 of b for 130',
    'what_nobody_chose_closes_the_oldest_first'
);
select is(
    (
        select u.realized_pnl from utl.unit_costs as u
        where u.costing = 'specific'
    ), 70::numeric,
    'and_realizes_that'
);

select is(
    (select c.kind from utl.choose_lots(pg_temp.lots('c 0.5', 'b 1'), 'main', 's') as c),
    'choose', 'a_choice_is_a_correction'
);
select is(
    pg_temp.matches('specific'), '0.5 of c for 65, 1 of b for 130, 1.5 of a for 195',
    'the_lots_chosen_close_first_in_the_order_named_and_the_rest_by_order'
);
select is(
    pg_temp.matches('lifo'), '0.5 of c for 65, 1 of b for 130, 1.5 of c for 195',
    'in_every_costing_by_lots'
);
select is(
    pg_temp.matches('hifo'), '0.5 of c for 65, 1 of b for 130, 1 of b for 130, 0.5 of c for 65',
    'what_is_left_of_a_lot_closes_in_its_place'
);
select is(
    (
        select array_agg(u.realized_pnl order by u.costing)
        from utl.unit_costs as u
        where u.costing in ('specific', 'wac')
    ),
    array[65, 60]::numeric[],
    'realized_is_that_of_the_lots_and_an_average_does_not_mind'
);
select is(
    (
        select array_agg(r.cause order by r.restatement_id)
        from utl.restatements as r
        where r.costing = 'specific'
    ),
    array['choice'], 'it_is_recorded_as_a_restatement'
);
select is(
    (
        select sum(e.fee) from utl.position_entries as e
        where e.costing = 'specific'
    ),
    1::numeric, 'the_fee_is_told_once'
);
select is(tap.audit(), 'sound', 'the_ledger_is_sound_with_a_choice');

select utl.choose_lots(pg_temp.lots('b 2'), fill_id => f.fill_id)
from utl.fills as f
where f.venue_fill_id = 's';
select is(
    pg_temp.matches('specific'), '2 of b for 260, 1 of a for 130',
    'the_last_choice_counts'
);

-- A choice that does not hold any more: the rest of it closes by order.
select utl.bust_fill('main', 'b');
select is(
    pg_temp.matches('specific'), '2 of a for 260, 1 of c for 130',
    'a_lot_that_is_gone_is_no_longer_chosen'
);
select is(tap.audit(), 'sound', 'the_ledger_is_sound_without_the_lot');
select utl.amend_fill('main', 'b', quantity => 1);
select is(
    pg_temp.matches('specific'), '1 of b for 130, 2 of a for 260',
    'what_is_left_of_a_chosen_lot_is_taken'
);

-- A choice that comes before its fill.
select utl.choose_lots(pg_temp.lots('c 2'), 'main', 'later');
call trade($$ later 12:00 sell 2 @ 140 $$);
select is(
    pg_temp.matches('specific', 'later'), '2 of c for 280', 'a_choice_may_come_before_its_fill'
);
select is(
    (
        select count(*) from utl.open_lots as l
        where l.costing = 'specific'
    ), 0::bigint,
    'nothing_is_left'
);

-- Turning through zero with a choice: one lot is opened.
call trade($$
    d 13:00 buy 1 @ 100
    e 13:01 sell 3 @ 100
$$);
select utl.choose_lots(pg_temp.lots('d 1'), 'main', 'e');
select results_eq(
    $$
        select l.quantity, tap.fill_name(l.fill_id) from utl.open_lots as l
        where l.costing = 'specific'
    $$,
    $$ values (-2::numeric, 'e') $$, 'what_turns_opens_one_lot'
);
select is(tap.audit(), 'sound', 'the_ledger_is_sound_at_last');

-- What cannot be chosen.
select throws_like(
    $$ select utl.choose_lots(pg_temp.lots('c 5'), 'main', 's') $$,
    'fill % cannot close 5 of lot %', 'more_than_the_lot_had_is_refused'
);
select throws_ok(
    $$ select utl.choose_lots(pg_temp.lots('d 1'), 'main', 's') $$,
    '23U08', null, 'a_lot_that_was_opened_later_is_refused'
);
select throws_ok(
    $$ select utl.choose_lots('[{"lot_id": "x"}]', 'main', 's') $$,
    '22U04', 'lots are not a list of lots', 'what_is_no_lot_is_refused'
);
select throws_ok(
    $$ select utl.choose_lots('{}', 'main', 's') $$,
    '22U04', 'lots are not a list of lots', 'what_is_no_list_is_refused'
);
select throws_ok(
    $$ select utl.choose_lots('[]', 'nobody', 's') $$,
    '22U01', null, 'an_unknown_account_is_refused'
);

select * from finish();
rollback;
