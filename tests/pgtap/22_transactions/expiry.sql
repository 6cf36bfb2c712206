begin;
select plan(14);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
    perform utl.add_costing('desk', 'fifo', 'by account', pool => 'account');
    perform utl.add_book('treasury');
    perform utl.add_instrument('BTC/USD:USD-260105-100-C');
    perform utl.add_instrument('BTC/USD:USD-260105', multiplier => 10);
    perform utl.add_instrument('BTC/USD:BTC-260105', multiplier => 100);
end
$set_up$;

call trade($$
    a 07:00 buy 3 @ 8
    b 07:01 sell 1 @ 9 in cold
$$, instrument => 'BTC/USD:USD-260105-100-C');
select utl.record_expiry(
    'BTC/USD:USD-260105-100-C', 12, occurred_at => at('08:00'), reference => 'settled'
);
select is(
    told('settled %'),
    'expiry -3 BTC/USD:USD-260105-100-C in main for 36; '
    'expiry 1 BTC/USD:USD-260105-100-C in cold for 12',
    'an_expiry_closes_what_every_account_holds_at_what_it_settles_for'
);
select is(
    stand('by account', instrument => 'BTC/USD:USD-260105-100-C'),
    'cold: 0 at - cost 0, realized -3, fees 0, net -3; '
    'main: 0 at - cost 0, realized 12, fees 0, net 12',
    'longs_realize_what_they_get_and_shorts_what_they_pay'
);
select is(
    (
        select array_agg(f.received order by f.received) from utl_private.flows as f
        where f.kind = 'expiry' and f.received <> 0
    ),
    array[-12, 36]::numeric[], 'cash_moves'
);
call trade($$ c 07:00 buy 2 @ 8 $$, 'treasury', 'BTC/USD:USD-260105-100-C');
select utl.record_expiry(
    'BTC/USD:USD-260105-100-C', 0, 'treasury', occurred_at => at('08:00'), reference => 'lapsed'
);
select is(
    stand('wac', 'treasury', 'BTC/USD:USD-260105-100-C'),
    '0 at - cost 0, realized -16, fees 0, net -16', 'what_lapses_loses_its_premium'
);
call trade($$ d 07:00 buy 2 @ 100 $$, instrument => 'BTC/USD:USD-260105');
select utl.record_expiry('BTC/USD:USD-260105', 110, occurred_at => at('08:00'), reference => 'f');
select is(
    stand('wac', instrument => 'BTC/USD:USD-260105'),
    '0 at - cost 0, realized 200, fees 0, net 200', 'a_future_settles_by_its_multiplier'
);
call trade($$
    e 07:00 buy 10 @ 10000
    f 07:01 buy 10 @ 20000
$$, instrument => 'BTC/USD:BTC-260105');
select utl.record_expiry('BTC/USD:BTC-260105', 16000, occurred_at => at('08:00'), reference => 'i');
select is(
    stand('wac', instrument => 'BTC/USD:BTC-260105'),
    '0 at - cost 0, realized 0.025, fees 0, net 0.025',
    'an_inverse_future_settles_in_the_coin'
);
select is(
    (
        select sum(f.received) from utl_private.flows as f
        inner join utl.instruments as i on f.instrument_id = i.instrument_id
        where f.kind = 'expiry' and i.kind = 'future'
    ),
    0::numeric, 'of_futures_only_the_profit_is_cash'
);
select is(
    (
        select count(*)
        from utl.record_expiry(
            'BTC/USD:USD-260105-100-C', 12, 'desk', occurred_at => at('08:00'),
            reference => 'settled'
        )
    ),
    2::bigint, 'a_repeated_call_returns_the_same_rows'
);
select throws_ok(
    $$ select utl.record_expiry('BTC/USD:USD-260105-100-C', 13, reference => 'settled') $$,
    '23U03', 'a transaction with reference ''settled desk'' is there already, and another one',
    'but_not_at_another_price'
);
select is_empty(
    $$ select utl.record_expiry('BTC/USD:USD-260105-100-C', 13) $$, 'of_nothing_nothing_expires'
);
call trade($$ g 09:00 buy 1 @ 8 $$, instrument => 'BTC/USD:USD-260105-100-C');
call trade($$ h 09:00 buy 1 @ 8 $$, instrument => 'BTC/USD:BTC-260105');
select throws_ok(
    $$ select utl.record_expiry('BTC/USD:USD-260105-100-C', -1) $$, '22U08',
    'an option does not settle at a negative price', 'an_option_is_worth_nothing_or_something'
);
select throws_ok(
    $$ select utl.record_expiry('BTC/USD:BTC-260105', 0) $$, '22U07',
    'the price of an inverse contract must be positive', 'an_inverse_contract_does_not_settle_at_0'
);
select throws_ok(
    $$ select utl.record_expiry('BTC/USD:USD-260105-100-C', null) $$, '22U08',
    'a transaction of kind expiry cannot be: amount is missing', 'it_settles_at_some_price'
);
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_expiries');

select * from finish();
rollback;
