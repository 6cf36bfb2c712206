begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_asset(a) from unnest(array['BNB', 'EUR']) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USD:USD', 'ETH/USD:USD']) as i;
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'changed');
    perform utl.add_costing('desk', 'fifo', 'with fees', fees => 'capitalize');
    insert into utl.prices (at, instrument_id, source, mark)
    select now(), i.instrument_id, 'test', 100 from utl.instruments as i;
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values (now(), utl.asset_id('BNB'), utl.asset_id('USD'), 'test', 10);
end
$set_up$;

create procedure pg_temp.fund(
    time_of_day text, quantity numeric, instrument text default 'BTC/USD:USD'
)
language sql
as $fund$
    insert into utl.transactions (
        occurred_at, kind, book_id, account_id, instrument_id, asset_id, quantity
    )
    values (
        ('2026-01-05 ' || time_of_day || 'Z')::timestamptz, 'funding', utl.book_id('desk'),
        utl.account_id('main'), utl.instrument_id(fund.instrument), utl.asset_id('USD'),
        fund.quantity
    );
$fund$;

create function pg_temp.run(instrument text, costing text default 'wac')
returns text
language sql
as $run$
    select format(
        '%s since %s, flat %s: %s - %s - %s + %s + %s = %s', r.quantity,
        to_char(r.opened_at at time zone 'UTC', 'HH24:MI'),
        to_char(r.flat_at at time zone 'UTC', 'HH24:MI'), r.realized_pnl, r.fees, r.other_fees,
        r.income, r.unrealized_pnl, r.total_pnl
    )
    from utl.pnl_since_flat('desk') as r
    where r.instrument = run.instrument and r.costing = run.costing
$run$;

call trade($$
    a 10:00 buy 2 @ 80 fee 1 USD
    b 10:05 sell 1 @ 90 fee 1 BNB
$$, instrument => 'BTC/USD:USD');
call pg_temp.fund('10:02', -3);
select is(
    pg_temp.run('BTC/USD:USD'), '1 since 10:00, flat : 10 - 1 - 10 + -3 + 20 = 16',
    'a_position_that_never_was_flat_has_it_all'
);
call trade($$ c 10:10 sell 1 @ 100 fee 2 USD $$, instrument => 'BTC/USD:USD');
select is(pg_temp.run('BTC/USD:USD'), null, 'a_position_that_is_flat_has_no_run');
call pg_temp.fund('10:10', 100);
call pg_temp.fund('10:11', -5);
call trade($$
    d 10:20 sell 3 @ 120 fee 3 USD
    e 10:30 buy 1 @ 110 fee 0.1 BNB
$$, instrument => 'BTC/USD:USD');
select is(
    pg_temp.run('BTC/USD:USD'), '-2 since 10:20, flat 10:10: 10 - 3 - 1 + -5 + 40 = 41',
    'a_run_begins_right_after_the_position_was_flat'
);
select is(
    pg_temp.run('BTC/USD:USD', 'with fees'), '-2 since 10:20, flat 10:10: 9 - 3 - 1 + -5 + 38 = 41',
    'fees_that_are_capitalized_are_not_subtracted_twice'
);

-- Through zero: the fill ends a run and opens the next.
call trade($$ f 10:40 buy 5 @ 90 fee 5 USD $$, instrument => 'BTC/USD:USD');
call pg_temp.fund('10:41', 7);
select is(
    pg_temp.run('BTC/USD:USD'), '3 since 10:40, flat 10:40: 0 - 0 - 0 + 7 + 30 = 37',
    'the_fee_of_a_fill_that_turns_a_position_belongs_to_the_run_it_ends'
);

-- The method changes in the middle of a run.
call trade($$
    ea 10:00 buy 1 @ 50 fee 1 USD
    eb 10:10 sell 1 @ 60
    ec 10:20 buy 2 @ 70 fee 2 USD
$$, instrument => 'ETH/USD:USD');
select utl.change_costing('desk', 'wac', '2026-01-05 10:25Z', 'changed');
call trade($$ ed 10:30 sell 1 @ 90 $$, instrument => 'ETH/USD:USD');
select is(
    pg_temp.run('ETH/USD:USD', 'changed'), '1 since 10:20, flat 10:10: 20 - 2 - 0 + 0 + 30 = 48',
    'a_run_goes_on_by_another_method'
);
select is(
    pg_temp.run('ETH/USD:USD', 'changed'), pg_temp.run('ETH/USD:USD'), 'with_the_same_figures'
);

-- What is missing is null.
call trade($$ g 10:50 buy 1 @ 100 fee 1 EUR $$, instrument => 'BTC/USD:USD');
select is(
    pg_temp.run('BTC/USD:USD'), '4 since 10:40, flat 10:40: 0 - 0 -  + 7 + 30 = ',
    'a_fee_without_a_rate_is_unknown_and_so_is_the_total'
);
select throws_ok(
    $$ select utl.pnl_since_flat('dsk') $$, '22U01', 'unknown book: ''dsk''',
    'an_unknown_book_is_an_error'
);

select is(audit(), 'sound', 'all_checks_hold');
select * from finish();
rollback;
