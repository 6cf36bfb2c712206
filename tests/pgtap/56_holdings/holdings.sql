begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, v) from (values ('main', 'kraken'), ('sub', 'binance')) as t (a, v);
    perform utl.add_asset('BNB');
    perform utl.add_instrument(i) from unnest(array[
        'BTC/USD', 'ETH/BTC', 'BTC/USD:USD', 'BTC/USD:BTC'
    ]) as i;
    perform utl.add_instrument(
        'BTC/USD:USD-260327-60000-C', kind => 'option', base => 'BTC', quote => 'USD',
        multiplier => 0.1
    );
    perform utl.add_instrument('ACME/USD', kind => 'equity', base => 'ACME', quote => 'USD');
    perform utl.add_book(b) from unnest(array['desk', 'other']) as b;
    perform utl.add_book('european', 'EUR');
end
$set_up$;

-- What an account of a book holds, by asset and contract, in one line.
create function pg_temp.holds(
    account text, as_of timestamptz default 'infinity', book text default 'desk'
)
returns text
language sql
as $holds$
    select string_agg(
        h.quantity || ' ' || coalesce(h.asset, h.instrument), ', '
        order by h.kind, h.asset, h.instrument
    )
    from utl.book_holdings_at(as_of, holds.book) as h
    where h.account is not distinct from holds.account
$holds$;

create procedure pg_temp.record(
    kind text, at text, quantity numeric, asset text default null, instrument text default null,
    amount numeric default null, to_quantity numeric default null, account text default 'main',
    to_account text default null, book text default 'desk', to_book text default null
)
language sql
as $record$
    insert into utl.transactions (
        occurred_at, kind, book_id, account_id, instrument_id, asset_id, quantity, amount,
        to_quantity, to_account_id, to_book_id, to_instrument_id, fee, fee_asset_id
    )
    select
        ('2026-01-05 ' || record.at || 'Z')::timestamptz, record.kind, utl.book_id(record.book),
        case when record.kind <> 'split' then utl.account_id(record.account) end, i.instrument_id,
        case when record.asset is not null then utl.asset_id(record.asset) end,
        record.quantity, record.amount, record.to_quantity,
        case when to_account is not null then utl.account_id(to_account) end,
        case when to_account is not null then utl.book_id(coalesce(to_book, record.book)) end,
        case when to_account is not null then i.instrument_id end,
        coalesce(-quantity - to_quantity, 0),
        case when quantity + to_quantity <> 0 then utl.asset_id(coalesce(record.asset, 'BTC')) end
    from (
        select case when instrument is not null then utl.instrument_id(instrument) end
    ) as i (instrument_id)
$record$;

-- What is owned outright: what is traded, what it is paid with, fees in any asset.
call trade($$
    a 10:00 buy 2 @ 100 fee 1 USD
    b 10:01 sell 0.5 @ 120 fee 0.01 BTC
    c 10:02 sell 0.5 @ 110 fee 0.002 BNB
    d 10:03 buy 1 @ 90 in sub
$$);
select is(
    pg_temp.holds('main'), '-0.002 BNB, 0.99 BTC, -86 USD',
    'a_fill_moves_what_is_traded_what_it_is_paid_with_and_its_fee'
);
select is(pg_temp.holds('sub'), '1 BTC, -90 USD', 'each_account_has_its_own');
select is(
    pg_temp.holds('main', '2026-01-05 10:01Z'), '1.49 BTC, -141 USD', 'as_of_a_time_with_its_facts'
);
select is(pg_temp.holds('main', '2026-01-05 09:59Z'), null, 'before_all_facts_nothing_is_held');
call trade($$ e 10:04 buy 3 @ 0.05 $$, instrument => 'ETH/BTC');
select is(
    pg_temp.holds('main'), '-0.002 BNB, 0.84 BTC, 3 ETH, -86 USD', 'a_coin_may_be_what_pays'
);

-- Transactions of assets alone, and loans.
call pg_temp.record('deposit', '11:00', 1000, 'USD');
call pg_temp.record('borrow', '11:01', 500, 'USD');
call pg_temp.record('repay', '11:02', -100, 'USD');
call pg_temp.record('interest', '11:03', -4, 'USD');
call pg_temp.record('withdrawal', '11:04', -300, 'USD');
call pg_temp.record('transfer', '11:05', -200, 'USD', to_quantity => 199, to_account => 'sub');
select is(
    (
        select
            array_agg(
                format('%s %s of it %s', h.account, h.quantity, h.loans) order by h.account
            )
        from utl.holdings as h
        where h.asset = 'USD'
    ),
    array['main 810 of it 400', 'sub 109 of it 0'], 'money_comes_and_goes_and_loans_are_told_apart'
);
select is(
    (
        select string_agg(h.quantity || ' ' || h.loans, ', ')
        from utl.holdings_at('2026-01-05 11:01Z') as h
        where h.account = 'main' and h.asset = 'USD'
    ),
    '1414 500', 'loans_are_known_as_of_a_time'
);

-- Transactions of instruments: a coin moves with its position.
call pg_temp.record(
    'transfer', '11:10', -0.5, instrument => 'BTC/USD', to_quantity => 0.49, to_account => 'sub'
);
call pg_temp.record('network_fee', '11:11', -0.04, instrument => 'BTC/USD', amount => 4);
call pg_temp.record('reward', '11:12', 0.1, instrument => 'BTC/USD', amount => 11);
select is(
    (
        select array_agg(format('%s %s', h.account, h.quantity) order by h.account)
        from utl.holdings as h
        where h.asset = 'BTC'
    ),
    array['main 0.4', 'sub 1.49'], 'a_transfer_leaves_whole_and_arrives_without_its_fee'
);

-- On margin: contracts, and money as profit is realized. One account alone needs no costing.
call trade($$
    pa 10:00 buy 2 @ 100 fee 1 USD
    pb 10:01 sell 1 @ 130
$$, instrument => 'BTC/USD:USD', book => 'other');
select is(
    pg_temp.holds('main', book => 'other'), '29 USD, 1 BTC/USD:USD',
    'a_perpetual_pays_what_is_realized'
);
call trade($$ pc 10:02 sell 1 @ 200 in sub $$, instrument => 'BTC/USD:USD', book => 'other');
select is(
    (
        select array_agg(format('%s %s %s %s', h.account, h.quantity, h.asset, h.reason))
        from utl.book_holdings as h
        where h.book = 'other' and h.kind = 'asset' and h.account is null
    ),
    array[' 130 USD costing wac does not tell accounts apart'],
    'where_accounts_are_one_pool_what_is_realized_is_of_no_account_and_says_why'
);
select is(
    (
        select
            array_agg(
                format('%s %s %s', h.account, h.quantity, h.worth_reporting) order by h.account
            )
        from utl.book_holdings as h
        where h.book = 'other' and h.kind = 'contract'
    ),
    array['main 1 ', 'sub -1 '], 'and_the_contracts_of_each_account_have_no_value'
);
select utl.add_costing('other', 'fifo', 'accounts', pool => 'account');
insert into utl.prices (at, instrument_id, source, bid, ask)
values (now(), utl.instrument_id('BTC/USD:USD'), 'test', 150, 160);
select is(
    (
        select
            array_agg(
                format(
                    '%s %s %s worth %s', h.account, h.quantity, coalesce(h.asset, h.instrument),
                    h.worth_reporting
                )
                order by h.account, h.kind
            )
        from utl.book_holdings as h
        where h.book = 'other'
    ),
    array[
        'main 29 USD worth 29', 'main 1 BTC/USD:USD worth 50', 'sub -1 BTC/USD:USD worth 40'
    ],
    'a_costing_by_account_tells_them_apart_and_contracts_are_worth_what_is_unpaid'
);

-- Options and shares; prices and rates that are missing.
call trade($$ oa 10:00 sell 5 @ 1000 fee 2 USD $$, 'european', 'BTC/USD:USD-260327-60000-C');
select is(
    (
        select
            array_agg(
                format(
                    '%s %s %s %s', h.quantity, coalesce(h.asset, h.instrument), h.is_priced,
                    h.worth_reporting
                )
                order by h.kind
            )
        from utl.book_holdings as h
        where h.book = 'european'
    ),
    array['498 USD f ', '-5 BTC/USD:USD-260327-60000-C f '],
    'a_premium_is_money_and_what_has_no_price_or_rate_has_no_value'
);
insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
values (now() - interval '2 hours', utl.asset_id('EUR'), utl.asset_id('USD'), 'test', 1.25);
insert into utl.prices (at, instrument_id, source, mark)
values (now(), utl.instrument_id('BTC/USD:USD-260327-60000-C'), 'test', 500);
select is(
    (
        select
            array_agg(
                format('%s %s %s', coalesce(h.asset, h.instrument), h.worth_reporting, h.is_stale)
                order by h.kind
            )
        from utl.book_holdings as h
        where h.book = 'european'
    ),
    array['USD 398.4 t', 'BTC/USD:USD-260327-60000-C -200 t'],
    'an_option_is_worth_its_price_at_the_rate_that_there_is'
);
select is(
    (
        select format('%s %s %s', h.quantity, h.worth_reporting, h.reason)
        from utl.holdings as h
        where h.account = 'main' and h.asset = 'USD'
    ),
    '1337  its books report in different assets',
    'an_account_is_valued_over_its_books_if_they_report_in_one_asset'
);
select is(
    (
        select h.worth_reporting from utl.holdings as h
        where h.account = 'sub' and h.asset = 'USD'
    ),
    109::numeric, 'which_it_is_then'
);

-- A split: what was held before it, by account.
call trade($$
    sa 10:00 buy 10 @ 30
    sb 10:01 buy 4 @ 30 in sub
    sc 13:00 sell 5 @ 11
$$, instrument => 'ACME/USD');
insert into utl.transactions (
    occurred_at, kind, book_id, instrument_id, new_units, old_units
)
values ('2026-01-05 12:00Z', 'split', utl.book_id('desk'), utl.instrument_id('ACME/USD'), 3, 1);
select is(
    (
        select array_agg(format('%s %s', h.account, h.quantity) order by h.account)
        from utl.holdings as h
        where h.asset = 'ACME'
    ),
    array['main 25', 'sub 12'], 'a_split_multiplies_what_was_held_before_it'
);
select is(
    (
        select array_agg(format('%s %s', h.account, h.quantity) order by h.account)
        from utl.holdings_at('2026-01-05 11:59Z') as h
        where h.asset = 'ACME'
    ),
    array['main 10', 'sub 4'], 'not_before_its_time'
);
select is(
    (
        select p.quantity from utl.positions as p
        where p.instrument = 'ACME/USD'
    ),
    37::numeric, 'holdings_and_position_agree'
);

-- Corrections.
call bust('c');
select is(
    (
        select h.quantity from utl.holdings as h
        where h.account = 'main' and h.asset = 'BTC'
    ),
    0.9, 'a_fill_that_is_busted_moves_nothing'
);
call bust('pb');
select is(
    pg_temp.holds('main', book => 'other'), '-1 USD, 2 BTC/USD:USD', 'nor_does_it_realize'
);
select throws_ok(
    $$ select utl.book_holdings_at(book => 'dsk') $$, '22U01', 'unknown book: ''dsk''',
    'an_unknown_book_is_an_error'
);

-- The check is not blind.
select is(audit(), 'sound', 'all_checks_hold');
update utl_private.flows set received = received + 1
where kind = 'borrow';
select results_eq(
    $$ select c.quantity_of_facts, c.quantity from utl_private.check_holdings_are_conserved as c $$,
    $$ values (510::numeric, 511::numeric) $$,
    'a_holding_that_is_not_what_the_facts_add_up_to_is_found'
);

select * from finish();
rollback;
