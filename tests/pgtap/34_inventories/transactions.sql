begin;
select plan(19);

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'cold']) as a;
    perform utl.add_instrument(i) from unnest(array[
        'BTC/USD', 'BTC/EUR', 'NEW/USD', 'BTC/USD:BTC'
    ]) as i;
    perform utl.add_book('desk', 'USD', method => 'fifo', basis => 'asset');
    perform utl.add_costing('desk', 'fifo', 'by account', pool => 'account', basis => 'asset');
    perform utl.add_book('fund', 'USD', method => 'fifo', basis => 'asset');
    perform utl.add_book('europe', 'EUR', method => 'fifo', basis => 'asset');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    select t.at, utl.asset_id(t.base), utl.asset_id('USD'), 'test', t.mark
    from (
        values
        ('2026-01-05 08:00Z'::timestamptz, 'BTC', 100), ('2026-01-05 10:00Z', 'BTC', 110),
        ('2026-01-05 08:00Z', 'EUR', 2)
    ) as t (at, base, mark);
    perform utl.record_deposit(
        'desk', 'main', 10, 900, 'BTC/USD', occurred_at => '2026-01-05 09:00Z'
    );
    perform utl.record_deposit(
        'desk', 'main', 5, 7, asset => 'EUR', occurred_at => '2026-01-05 09:00Z'
    );
end
$set_up$;

select is(
    stand('fifo', 'desk', 'EUR in USD'), '5 at 1.4 cost 7, realized 0, fees 0, net 0',
    'the_cost_of_a_coin_alone_is_in_the_reporting_currency'
);
do $$
begin
    perform utl.record_deposit(
        'desk', 'main', 2, 80, 'BTC/EUR', occurred_at => '2026-01-05 09:01Z'
    );
end
$$;
select is(
    lots('by account', 'desk', 'BTC in USD'), 'main:  10 at 90 cost 900; main:  2 at 80 cost 160',
    'that_of_an_instrument_is_converted'
);
do $$
begin
    perform utl.record_funding(
        'desk', 'main', 'BTC/USD:BTC', 0.5, occurred_at => '2026-01-05 10:01Z'
    );
    perform utl.record_fee('desk', 'main', 0.5, 'BTC', occurred_at => '2026-01-05 10:02Z');
    perform utl.record_borrowing('desk', 'main', 5, 'BTC', occurred_at => '2026-01-05 10:03Z');
end
$$;
select is(
    stand('fifo', 'desk', 'BTC in USD'),
    '12 at 89.166666666666666667 cost 1070, realized 10, fees 0, net 10',
    'income_opens_and_fees_dispose_at_the_rate_and_loans_do_nothing'
);
select results_eq(
    $$
        select p.funding, p.other_fees, p.net_realized
        from utl.pnl as p
        where p.book = 'desk' and p.costing = 'fifo' and p.instrument = 'BTC in USD'
    $$,
    $$values (55::numeric, 55::numeric, 10::numeric)$$,
    'they_are_income_and_fees_at_the_rate_of_then'
);
do $$
begin
    perform utl.record_transfer(
        'desk', 'main', 'cold', 4, 'BTC/USD', fee => 1, occurred_at => '2026-01-05 11:00Z'
    );
end
$$;
select is(
    stand('by account', 'desk', 'BTC in USD'),
    'cold: 4 at 90 cost 360, realized 0, fees 0, net 0; '
    'main: 7 at 88.571428571428571429 cost 620, realized 10, fees 90, net -80',
    'lots_move_between_accounts_and_the_fee_leaves_at_its_cost'
);
select is(
    stand('fifo', 'desk', 'BTC in USD'),
    '11 at 89.090909090909090909 cost 980, realized 10, fees 90, net -80',
    'within_one_pool_only_the_fee_does'
);
do $$
begin
    perform utl.record_transfer(
        'desk', 'main', 'main', 3, asset => 'BTC', to_book => 'fund',
        occurred_at => '2026-01-05 11:10Z'
    );
    perform utl.record_transfer(
        'desk', 'main', 'main', 1, 'BTC/USD', to_book => 'europe',
        occurred_at => '2026-01-05 11:20Z'
    );
end
$$;
select is(
    stand('fifo', 'fund', 'BTC in USD'), '3 at 90 cost 270, realized 0, fees 0, net 0',
    'lots_move_between_books_of_one_currency'
);
select is(
    stand('fifo', 'europe', 'BTC in EUR'), '1 at 0 cost 0, realized 0, fees 0, net 0',
    'into_another_currency_they_come_without_a_cost'
);
select results_eq(
    $$select m.book, m.instrument, m.quantity from utl.missing_basis as m$$,
    $$values ('europe', 'BTC in EUR', 1::numeric)$$,
    'which_is_listed'
);
do $$
begin
    perform utl.record_conversion(
        'desk', 'cold', 'BTC/USD', 2, 'NEW/USD', 20, 10, occurred_at => '2026-01-05 12:00Z'
    );
end
$$;
select is(
    stand('by account', 'desk', 'NEW in USD'),
    'cold: 20 at 9.5 cost 190, realized 0, fees 0, net 0',
    'a_conversion_moves_lots_and_adds_what_was_paid'
);
do $$
begin
    perform utl.record_split('NEW/USD', 2, 1, occurred_at => '2026-01-05 13:00Z');
end
$$;
select is(
    stand('fifo', 'desk', 'NEW in USD'), '40 at 4.75 cost 190, realized 0, fees 0, net 0',
    'a_split_multiplies_it'
);
do $$
begin
    perform utl.record_cash_in_lieu(
        'desk', 'cold', 'NEW/USD', -1, 6, occurred_at => '2026-01-05 13:01Z'
    );
    perform utl.record_withdrawal(
        'desk', 'cold', 9, asset => 'NEW', occurred_at => '2026-01-05 13:02Z'
    );
end
$$;
select is(
    stand('fifo', 'desk', 'NEW in USD'), '30 at 4.75 cost 142.5, realized 1.25, fees 0, net 1.25',
    'cash_in_lieu_realizes_and_a_withdrawal_leaves_at_its_cost'
);
do $$
begin
    perform utl.cancel_transaction(t.transaction_id)
    from utl.transactions as t where t.kind = 'withdrawal';
    perform utl.amend_transaction(t.transaction_id, amount => 30)
    from utl.transactions as t where t.kind = 'conversion';
end
$$;
select is(
    stand('fifo', 'desk', 'NEW in USD'), '39 at 5.25 cost 204.75, realized 0.75, fees 0, net 0.75',
    'what_is_cancelled_or_amended_is_booked_again'
);
-- A coin that is split in two instruments splits once, whichever of the two counts.
do $$
begin
    perform utl.add_instrument('NEW/EUR');
    insert into utl.transactions (
        occurred_at, book_id, instrument_id, kind, new_units, old_units, reference
    )
    select
        '2026-01-05 14:00Z', utl.book_id('desk'), utl.instrument_id(n), 'split', 3, 1, n
    from unnest(array['NEW/USD', 'NEW/EUR']) as n;
end
$$;
select is(
    stand('fifo', 'desk', 'NEW in USD'), '117 at 1.75 cost 204.75, realized 0.75, fees 0, net 0.75',
    'a_split_of_two_instruments_splits_the_coin_once'
);
do $$
begin
    perform utl.cancel_transaction(t.transaction_id)
    from utl.transactions as t where t.reference = 'NEW/USD';
end
$$;
select is(
    stand('fifo', 'desk', 'NEW in USD'), '117 at 1.75 cost 204.75, realized 0.75, fees 0, net 0.75',
    'the_other_one_counts_when_one_is_cancelled'
);
select throws_ok(
    $$select utl.record_deposit('plain', 'main', 1, 10, asset => 'BTC')$$,
    '22U01', null, 'an_unknown_book_is_refused'
);
select is(
    (select count(*) from utl.add_book('plain', 'USD')), 1::bigint, 'a_book_without_inventories'
);
select throws_ok(
    $$select utl.record_deposit('plain', 'main', 1, 10, asset => 'BTC')$$,
    '22U08', null, 'has_no_cost_of_a_coin_alone'
);
select is(audit(), 'sound', 'all_checks_are_empty');

select * from finish();
rollback;
