begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_asset('BNB');
    perform utl.add_instrument(i) from unnest(array[
        'BTC/USD', 'ETH/USD', 'SOL/USD', 'XRP/USD', 'LTC/EUR', 'BTC/USD:USD', 'BTC/USD:BTC'
    ]) as i;
    perform utl.add_instrument(
        'ETH/USD:BTC', kind => 'perpetual', multiplier => 0.000001, is_inverse => false
    );
    perform utl.add_instrument(
        'BTC/USD:USD-260327-60000-C', kind => 'option', base => 'BTC', quote => 'USD',
        multiplier => 0.1
    );
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'with fees', fees => 'capitalize');
    perform utl.add_costing('desk', 'lifo', 'by account', pool => 'account');
end
$set_up$;

-- A figure of a line of utl.pnl, by its name.
create function pg_temp.pnl(
    instrument text, figure text, costing text default 'wac', book text default 'desk'
)
returns text
language sql
as $pnl$
    select string_agg(to_jsonb(p) ->> figure, '; ' order by p.account)
    from utl.pnl as p
    where p.book = pnl.book and p.instrument is not distinct from pnl.instrument
        and p.costing = pnl.costing
$pnl$;

create procedure pg_temp.quote(
    instrument text, bid numeric, ask numeric, mark numeric default null,
    at timestamptz default clock_timestamp()
)
language sql
as $quote$
    insert into utl.prices (at, instrument_id, source, bid, ask, mark)
    values (quote.at, utl.instrument_id(instrument), 'test', bid, ask, mark);
$quote$;

create procedure pg_temp.rate(
    base text, quote text, mark numeric, at timestamptz default clock_timestamp()
)
language sql
as $rate$
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values (rate.at, utl.asset_id(base), utl.asset_id(quote), 'test', mark);
$rate$;

create procedure pg_temp.pay(
    kind text, asset text, quantity numeric, instrument text default null,
    account text default 'main'
)
language sql
as $pay$
    insert into utl.transactions (
        occurred_at, kind, book_id, account_id, instrument_id, asset_id, quantity
    )
    values (
        '2026-01-05 12:00Z', pay.kind, utl.book_id('desk'), utl.account_id(pay.account),
        case when instrument is not null then utl.instrument_id(instrument) end,
        utl.asset_id(asset), pay.quantity
    );
$pay$;

-- A long at bid, a short at ask, gross, fees and net apart.
call trade($$
    a 10:00 buy 2 @ 100 fee 1 USD
    b 10:01 sell 1 @ 130 fee 2 USD
$$, instrument => 'BTC/USD');
select is(pg_temp.pnl('BTC/USD', 'unrealized_pnl'), null, 'without_a_price_nothing_is_known');
select is(pg_temp.pnl('BTC/USD', 'total_pnl'), null, 'nor_is_the_total');
select is(pg_temp.pnl('BTC/USD', 'is_priced'), 'false', 'and_it_is_said');
select is(pg_temp.pnl('BTC/USD', 'net_realized'), '27', 'what_is_realized_is_known');
select is(
    (select array_agg(u.missing order by u.costing) from utl.unpriced_positions as u),
    array['price of BTC/USD', 'price of BTC/USD', 'price of BTC/USD'],
    'an_unpriced_position_is_listed_by_costing_with_what_is_missing'
);
call pg_temp.quote('BTC/USD', 140, 150, 160);
select
    is(pg_temp.pnl('BTC/USD', f.figure), f.value, 'a_long_has_' || f.figure)
from (
    values
    ('quantity', '1'), ('average_cost', '100'), ('cost', '100'), ('price', '140'),
    ('price_source', 'test'), ('is_stale', 'false'), ('is_priced', 'true'),
    ('realized_pnl', '30'), ('fees', '3'), ('other_fees', '0'), ('net_realized', '27'),
    ('unrealized_pnl', '40'), ('total_pnl', '67'), ('cost_asset', 'USD'),
    ('reporting_asset', 'USD'), ('rate', '1'), ('total_pnl_reporting', '67'), ('missing', null)
) as f (figure, value);
select is_empty(
    $$ select * from utl.unpriced_positions $$, 'what_has_its_price_is_listed_no_more'
);
call trade($$ c 10:02 sell 3 @ 150 $$, instrument => 'BTC/USD');
select is(
    pg_temp.pnl('BTC/USD', 'price') || ', ' || pg_temp.pnl('BTC/USD', 'unrealized_pnl'),
    '150, 0', 'a_short_is_valued_at_ask'
);
select utl.set_setting('mark_at', 'mark');
select is(
    pg_temp.pnl('BTC/USD', 'price') || ', ' || pg_temp.pnl('BTC/USD', 'unrealized_pnl'),
    '160, -20', 'or_at_the_mark_if_that_is_set'
);
select utl.set_setting('mark_at', 'bid_ask');
call trade($$ d 10:03 buy 2 @ 140 $$, instrument => 'BTC/USD');
select
    is(pg_temp.pnl('BTC/USD', f.figure), f.value, 'what_is_flat_has_' || f.figure)
from (
    values
    ('quantity', '0'), ('average_cost', null), ('realized_pnl', '100'),
    ('unrealized_pnl', '0'), ('total_pnl', '97')
) as f (figure, value);

-- Fees that are capitalized are not subtracted twice.
select is(
    pg_temp.pnl('BTC/USD', 'total_pnl', 'with fees'), '97',
    'a_costing_that_capitalizes_fees_has_the_same_total'
);
select is(
    pg_temp.pnl('BTC/USD', 'realized_pnl', 'with fees'), '97', 'its_fees_are_in_realized_pnl'
);
select is(pg_temp.pnl('BTC/USD', 'fees', 'with fees'), '3', 'and_are_shown_beside_it');

-- The reference: a harmonic average.
call trade($$
    ia 10:00 buy 1000 @ 10000
    ib 10:01 buy 1000 @ 20000
    ic 10:02 sell 2000 @ 15000
$$, instrument => 'BTC/USD:BTC');
select is(
    pg_temp.pnl('BTC/USD:BTC', 'realized_pnl'), '0.016666666666666667',
    'an_inverse_contract_realizes_by_the_harmonic_average'
);
select is(
    pg_temp.pnl('BTC/USD:BTC', 'total_pnl_reporting')::numeric, 0.016666666666666667 * 160,
    'the_mark_of_a_spot_instrument_is_the_rate'
);
call trade($$ id 10:03 sell 300 @ 15000 $$, instrument => 'BTC/USD:BTC');
call pg_temp.quote('BTC/USD:BTC', 9000, 10000);
-- A short of 300 has 0.02 BTC to give back, and at 10000 is worth 0.03.
select is(
    pg_temp.pnl('BTC/USD:BTC', 'unrealized_pnl'), '0.01', 'a_short_inverse_wins_when_it_falls'
);

-- Settled in another asset than quoted: 0.000001 BTC for each dollar.
call trade($$ qa 10:00 buy 10 @ 2000 fee 0.0001 BTC $$, instrument => 'ETH/USD:BTC');
call pg_temp.quote('ETH/USD:BTC', 2500, 2500);
select is(
    pg_temp.pnl('ETH/USD:BTC', 'unrealized_pnl') || ' ' || pg_temp.pnl('ETH/USD:BTC', 'cost_asset'),
    '0.005 BTC', 'a_quanto_contract_is_converted_by_its_multiplier'
);
select is(
    pg_temp.pnl('ETH/USD:BTC', 'total_pnl'), '0.0049', 'its_fees_are_in_what_it_settles_in'
);

-- Options: the premium is the price.
call trade($$ oa 10:00 sell 5 @ 1000 fee 2 USD $$, instrument => 'BTC/USD:USD-260327-60000-C');
call pg_temp.quote('BTC/USD:USD-260327-60000-C', 500, 600);
select is(
    pg_temp.pnl('BTC/USD:USD-260327-60000-C', 'total_pnl'), '198',
    'a_written_option_is_valued_at_ask_by_its_multiplier'
);

-- Fees in the coin and in a third one.
call trade($$
    ea 10:00 buy 1 @ 2000 fee 0.001 ETH
    eb 10:01 sell 0.5 @ 2200 fee 0.01 BNB
$$, instrument => 'ETH/USD');
call pg_temp.quote('ETH/USD', 2400, 2401);
select is(pg_temp.pnl('ETH/USD', 'fees'), '2', 'a_fee_in_the_coin_is_worth_the_price_of_its_fill');
select is(
    pg_temp.pnl('ETH/USD', 'other_fees'), null, 'a_fee_in_a_third_asset_without_a_rate_is_unknown'
);
select is(pg_temp.pnl('ETH/USD', 'total_pnl'), null, 'so_is_the_total_then');
select is(
    pg_temp.pnl('ETH/USD', 'missing'), '["rate of BNB in USD"]', 'and_it_says_what_is_missing'
);
select is(
    pg_temp.pnl('ETH/USD', 'is_priced') || ' ' || pg_temp.pnl('ETH/USD', 'unrealized_pnl'),
    'true 199.6', 'its_price_is_known_all_the_same'
);
call pg_temp.rate('BNB', 'USD', 600);
select is(pg_temp.pnl('ETH/USD', 'other_fees'), '6', 'with_a_rate_it_is_valued');
-- 0.5 × (2200 − 2000) − 2 − 6 + 0.499 × 400
select is(pg_temp.pnl('ETH/USD', 'total_pnl'), '291.6', 'and_subtracted');
select is(
    pg_temp.pnl('ETH/USD', 'total_pnl', 'with fees'), '291.6',
    'also_where_fees_are_capitalized_for_it_is_not_in_the_cost'
);

-- Funding and other income.
call trade($$ pa 10:00 buy 1 @ 100 $$, instrument => 'BTC/USD:USD');
call pg_temp.quote('BTC/USD:USD', 100, 100);
call pg_temp.pay('funding', 'USD', -5, 'BTC/USD:USD');
call pg_temp.pay('funding', 'USD', 7, 'BTC/USD:USD');
call pg_temp.pay('rebate', 'BNB', 0.01, 'BTC/USD:USD');
call pg_temp.pay('fee', 'USD', -3, 'BTC/USD:USD');
select
    is(pg_temp.pnl('BTC/USD:USD', f.figure), f.value, 'a_perpetual_has_' || f.figure)
from (
    values
    ('funding', '2'), ('rebates', '6'), ('other_fees', '3'), ('interest', '0'),
    ('net_realized', '5'), ('total_pnl', '5'), ('income_reporting', '8'), ('fees_reporting', '3')
) as f (figure, value);
select is(
    pg_temp.pnl('BTC/USD:USD', 'total_pnl', 'by account'), '5',
    'income_belongs_to_the_position_of_its_account'
);

-- Income for no instrument, and for one without a position.
call pg_temp.pay('interest', 'BNB', -0.02);
call pg_temp.pay('dividend', 'USD', 4, 'SOL/USD');
select is(
    (
        select
            array_agg(
                format('%s: %s %s', p.instrument, p.total_pnl, p.cost_asset)
                order by p.instrument
            )
        from utl.pnl as p
        where p.is_primary and p.position_id is null
    ),
    array['SOL/USD: 4 USD', ': -12 USD'], 'income_without_a_position_has_a_line_of_its_own'
);
select results_eq(
    $$
        select n.instrument, n.kind, n.asset, n.amount, n.amount_reporting from utl.income as n
        order by n.instrument, n.kind
    $$,
    $$
        values
        ('BTC/USD:USD', 'funding', 'USD', 2::numeric, 2::numeric),
        ('BTC/USD:USD', 'rebate', 'BNB', 0.01, 6),
        ('SOL/USD', 'dividend', 'USD', 4, 4),
        (null, 'interest', 'BNB', -0.02, -12)
    $$,
    'income_is_shown_by_kind_and_asset'
);

call pg_temp.pay('network_fee', 'BNB', -0.01);
select is(
    (
        select p.other_fees || ' ' || p.total_pnl from utl.pnl as p
        where p.is_primary and p.instrument is null
    ),
    '6 -18', 'so_has_a_network_fee_in_an_asset_alone'
);

-- Stale prices are used and marked; missing rates are no 1.
call trade($$ xa 10:00 buy 1 @ 1 $$, instrument => 'XRP/USD');
call pg_temp.quote('XRP/USD', 2, 2, at => clock_timestamp() - interval '2 hours');
select is(
    pg_temp.pnl('XRP/USD', 'is_stale') || ' ' || pg_temp.pnl('XRP/USD', 'unrealized_pnl'),
    'true 1', 'a_stale_price_is_used_and_marked'
);
call trade($$ la 10:00 buy 1 @ 80 fee 1 EUR $$, instrument => 'LTC/EUR');
call pg_temp.quote('LTC/EUR', 90, 90);
select is(
    pg_temp.pnl('LTC/EUR', 'total_pnl')
    || coalesce(pg_temp.pnl('LTC/EUR', 'total_pnl_reporting'), ''),
    '9', 'without_a_rate_there_is_no_figure_in_the_reporting_asset'
);
select is(
    pg_temp.pnl('LTC/EUR', 'missing'), '["rate of EUR in USD"]', 'and_the_rate_is_listed_as_missing'
);
call pg_temp.rate('USD', 'EUR', 0.8, clock_timestamp() - interval '3 hours');
select is(
    pg_temp.pnl('LTC/EUR', 'total_pnl_reporting') || ' '
    || pg_temp.pnl('LTC/EUR', 'is_rate_stale'),
    '11.25 true', 'a_rate_may_be_inverted_and_stale'
);

-- A price at which an inverse contract has no value is none.
select utl.add_instrument('BTC/USD:BTC-261225');
call trade($$ fa 10:00 buy 100 @ 10000 $$, instrument => 'BTC/USD:BTC-261225');
call pg_temp.quote('BTC/USD:BTC-261225', 0, 0);
select is(
    pg_temp.pnl('BTC/USD:BTC-261225', 'missing'), '["price of BTC/USD:BTC-261225"]',
    'an_inverse_contract_at_price_0_is_unpriced'
);

-- As of a time: before the sale, before the prices.
select is(
    (
        select format('%s %s %s %s', p.quantity, p.fees, p.realized_pnl, p.total_pnl)
        from utl.pnl_at('2026-01-05 10:00:30Z', book => 'desk') as p
        where p.instrument = 'BTC/USD' and p.is_primary
    ),
    '2 1 0 ', 'pnl_at_knows_no_later_fill_and_no_later_price'
);
select is(
    (
        select p.other_fees from utl.pnl_at('2026-01-05 10:00:30Z', book => 'desk') as p
        where p.instrument = 'ETH/USD' and p.is_primary
    ),
    0::numeric, 'nor_a_later_fee_in_a_third_asset'
);
select is(
    (
        select count(*) from utl.pnl_at('2026-01-05 11:00Z') as p
        where p.funding <> 0
    ),
    0::bigint, 'nor_later_funding'
);
select is(
    (
        select string_agg(p.funding::text, ' ') from utl.pnl_at('2026-01-05 12:00Z') as p
        where p.is_primary and p.funding <> 0
    ),
    '2', 'but_what_was_paid_at_that_very_time'
);
select throws_ok(
    $$ select utl.pnl_at(book => 'dsk') $$, '22U01', 'unknown book: ''dsk''',
    'an_unknown_book_is_an_error'
);

select is(audit(), 'sound', 'all_checks_hold');
select * from finish();
rollback;
