begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'BTC/USD:BTC']) as i;
    perform utl.add_book(b) from unnest(array['desk', 'other']) as b;
    perform utl.add_costing(
        b, m, format('%s %s %s %s', m, p, f, o), pool => p, fees => f, booking_order => o
    )
    from unnest(array['desk', 'other']) as b, unnest(array['wac', 'fifo', 'hifo']) as m,
        (
            values
            ('account', 'expense', 'event_time'), ('book', 'capitalize', 'event_time'),
            ('book', 'expense', 'arrival')
        ) as s (p, f, o);
end
$set_up$;

create procedure pg_temp.record(
    kind text, at text, quantity numeric, amount numeric default null,
    to_quantity numeric default null, to_book text default 'desk', opened_at text default null
)
language sql
as $record$
    insert into utl.transactions (
        occurred_at, kind, book_id, account_id, instrument_id, quantity, amount,
        to_quantity, to_account_id, to_book_id, to_instrument_id, opened_at, fee, fee_asset_id
    )
    select
        ('2026-01-05 ' || record.at || 'Z')::timestamptz, record.kind, utl.book_id('desk'),
        utl.account_id('main'), utl.instrument_id('BTC/USD'), record.quantity, record.amount,
        record.to_quantity,
        case when to_quantity is not null then utl.account_id('sub') end,
        case when to_quantity is not null then utl.book_id(record.to_book) end,
        case when to_quantity is not null then utl.instrument_id('BTC/USD') end,
        ('2026-01-05 ' || record.opened_at || 'Z')::timestamptz,
        coalesce(-quantity - to_quantity, 0),
        case when quantity + to_quantity <> 0 then utl.asset_id('BTC') end
$record$;

create function pg_temp.agreement()
returns text
language sql
as $agreement$
    select coalesce(string_agg(c.instrument_id || ' ' || c.results::text, '; '), 'agreed')
    from utl_private.check_costings_agree as c
$agreement$;

call trade($$
    a 10:00 buy 3 @ 100 fee 1 USD
    b 10:01 buy 2 @ 130 fee 0.01 BTC
    c 10:02 sell 4 @ 120.37 fee 2 USD
    d 10:03 buy 1 @ 90 in sub
$$);
call trade($$
    ia 10:00 buy 1000 @ 10000 fee 0.001 BTC
    ib 10:01 buy 700 @ 30000
    ic 10:02 sell 1900 @ 15000 in sub
$$, instrument => 'BTC/USD:BTC');
select is(pg_temp.agreement(), 'agreed', 'fills_bring_the_same_by_every_costing');
call trade($$ e 10:01:30 sell 6 @ 101 fee 1 USD $$);
call bust('b');
call amend('c', price => 121.11, at => '10:04');
select is(pg_temp.agreement(), 'agreed', 'late_and_corrected_ones_too');
call pg_temp.record('deposit', '11:00', 10, 1000);
call pg_temp.record('deposit', '11:01', 1);
call pg_temp.record('deposit', '11:02', 5, 450, opened_at => '09:00');
call pg_temp.record('withdrawal', '11:03', -2, 250);
select is(pg_temp.agreement(), 'agreed', 'what_comes_and_goes_at_an_amount_too');
call pg_temp.record('withdrawal', '11:04', -1.3);
call pg_temp.record('network_fee', '11:05', -0.7);
select is(pg_temp.agreement(), 'agreed', 'what_leaves_at_its_cost_brings_nothing_by_any');
call pg_temp.record('transfer', '11:06', -2, to_quantity => 1.9);
call pg_temp.record('transfer', '11:07', -3, to_quantity => 3, to_book => 'other');
select is(pg_temp.agreement(), 'agreed', 'nor_does_what_moves');
call trade($$ f 12:00 sell 4 @ 140 $$);
call trade($$ g 12:00 sell 4 @ 150 $$, 'other');
select is(pg_temp.agreement(), 'agreed', 'though_what_is_left_differs');
select utl.change_costing('desk', 'lifo', '2026-01-05 11:30Z', 'fifo account expense event_time');
call trade($$ h 13:00 sell 1 @ 155 $$);
select is(pg_temp.agreement(), 'agreed', 'a_method_that_changes_agrees_with_the_others');
select is(audit(), 'sound', 'all_checks_hold');
insert into utl.transactions (occurred_at, kind, book_id, instrument_id, new_units, old_units)
values ('2026-01-05 14:00Z', 'split', utl.book_id('desk'), utl.instrument_id('BTC/USD'), 3, 7);
call trade($$ i 15:00 sell 1 @ 300 $$);
select is(pg_temp.agreement(), 'agreed', 'a_split_that_rounds_lots_is_no_disagreement');
select cmp_ok(
    (
        select count(distinct u.realized_pnl) from utl.unit_costs as u
        where (u.book, u.instrument) = ('desk', 'BTC/USD')
    ),
    '>', 4::bigint, 'they_realize_different_amounts'
);

-- The check is not blind.
update utl_private.positions set realized_pnl = realized_pnl + 1
where position_id = (
    select min(u.position_id) from utl.unit_costs as u
    where u.instrument = 'BTC/USD'
);
select is(
    (select count(*) from utl_private.check_costings_agree), 1::bigint,
    'a_costing_that_disagrees_is_found'
);

select * from finish();
rollback;
