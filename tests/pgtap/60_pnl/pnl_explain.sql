begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_asset('BNB');
    perform utl.add_instrument(i) from unnest(array[
        'BTC/EUR', 'BTC/EUR:EUR', 'ETH/EUR', 'ETH/USD:ETH', 'DOGE/EUR'
    ]) as i;
    perform utl.add_instrument('ACME/EUR', kind => 'equity', base => 'ACME', quote => 'EUR');
    perform utl.add_book('desk', 'USD');
    perform utl.add_book('wild', 'USD');
    perform utl.add_costing('desk', 'fifo', 'with fees', fees => 'capitalize');
end
$set_up$;

create procedure pg_temp.mark(time_of_day text, instrument text, mark numeric)
language sql
as $mark$
    insert into utl.prices (at, instrument_id, source, mark)
    values (
        ('2026-01-05 ' || time_of_day || 'Z')::timestamptz, utl.instrument_id(instrument), 'test',
        mark.mark
    );
$mark$;

create procedure pg_temp.rate(time_of_day text, base text, quote text, mark numeric)
language sql
as $rate$
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values (
        ('2026-01-05 ' || time_of_day || 'Z')::timestamptz, utl.asset_id(base),
        utl.asset_id(quote), 'test', rate.mark
    );
$rate$;

-- The parts of the change between two times of the day, in one line; null for the total.
create function pg_temp.parts(
    instrument text, from_time text, to_time text, as_known timestamptz default 'infinity',
    costing text default null
)
returns text
language sql
as $parts$
    select format(
        '%s to %s, %s: move %s, trades %s, fees %s, funding %s, income %s, currency %s, '
        'restated %s',
        e.total_from, e.total_to, e.change, e.price_move, e.new_trades, e.fees, e.funding,
        e.other_income, e.currency, e.restatements
    )
    from utl.pnl_explain(
        'desk', ('2026-01-05 ' || from_time || 'Z')::timestamptz,
        ('2026-01-05 ' || to_time || 'Z')::timestamptz, parts.costing, parts.as_known
    ) as e
    where e.instrument is not distinct from parts.instrument
$parts$;

-- 2 at 100 are at 110, and the dollar at 1.1, at 11:00; then 1 goes at 120, before 130 and 1.2.
call trade($$ a 10:00 buy 2 @ 100 fee 1 EUR $$, instrument => 'BTC/EUR');
call pg_temp.mark('10:30', 'BTC/EUR', 110);
call pg_temp.rate('10:30', 'EUR', 'USD', 1.1);
call trade($$ b 12:00 sell 1 @ 120 fee 1 EUR $$, instrument => 'BTC/EUR');
call pg_temp.mark('13:00', 'BTC/EUR', 130);
call pg_temp.rate('13:00', 'EUR', 'USD', 1.2);
select is(
    pg_temp.parts('BTC/EUR', '11:00', '14:00'),
    '20.9 to 57.6, 36.7: move 48, trades -12, fees -1.2, funding 0, income 0, currency 1.9, '
    'restated 0',
    'a_change_is_of_prices_of_trades_of_fees_and_of_the_currency'
);
select is(
    pg_temp.parts('BTC/EUR', '11:00', '14:00', costing => 'with fees'),
    '20.9 to 57.6, 36.7: move 48, trades -12, fees -1.2, funding 0, income 0, currency 1.9, '
    'restated 0',
    'the_same_where_fees_are_capitalized'
);
select is(
    pg_temp.parts('BTC/EUR', '09:00', '11:00'),
    '0 to 20.9, 20.9: move 0, trades 22, fees -1.1, funding 0, income 0, currency 0, restated 0',
    'what_was_not_held_before_is_new_trades'
);
select is(
    pg_temp.parts('BTC/EUR', '11:00', '11:00'),
    '20.9 to 20.9, 0: move 0, trades 0, fees 0, funding 0, income 0, currency 0, restated 0',
    'from_a_time_to_itself_nothing_changes'
);

-- Funding, other income, and fees in a third asset, of which earlier ones are revalued.
call trade($$
    pa 10:00 buy 1 @ 100 fee 0.1 BNB
    pb 12:00 sell 1 @ 100 fee 0.2 BNB
$$, instrument => 'BTC/EUR:EUR');
call pg_temp.mark('10:30', 'BTC/EUR:EUR', 100);
call pg_temp.rate('10:30', 'BNB', 'EUR', 500);
call pg_temp.rate('13:00', 'BNB', 'EUR', 600);
insert into utl.transactions (
    occurred_at, kind, book_id, account_id, instrument_id, asset_id, quantity
)
select
    t.at, t.kind, utl.book_id('desk'), utl.account_id('main'), utl.instrument_id('BTC/EUR:EUR'),
    utl.asset_id(t.asset), t.quantity
from (
    values
    ('2026-01-05 10:05Z'::timestamptz, 'funding', 'EUR', 10),
    ('2026-01-05 12:05Z', 'funding', 'EUR', -3),
    ('2026-01-05 12:06Z', 'rebate', 'BNB', 0.05)
) as t (at, kind, asset, quantity);
-- 10 − 50 = −40 at 1.1; then −3 + 30 − 60 − 120 − 0.1 × 100 more, that is −143 at 1.2.
select is(
    pg_temp.parts('BTC/EUR:EUR', '11:00', '14:00'),
    '-44 to -171.6, -127.6: move 0, trades 0, fees -144, funding -3.6, income 36, '
    'currency -16, restated 0',
    'earlier_fees_in_another_asset_are_revalued_as_currency'
);

-- Inverse contracts: 1000 at 2000 are 0.5 ETH, at 2500 0.4; a hundredth of 1000 is new.
call trade($$
    ia 10:00 buy 1000 @ 2000
    ib 12:00 buy 1000 @ 2000
$$, instrument => 'ETH/USD:ETH');
call pg_temp.mark('10:30', 'ETH/USD:ETH', 2000);
call pg_temp.mark('13:00', 'ETH/USD:ETH', 2500);
call pg_temp.rate('10:00', 'ETH', 'USD', 2000);
call pg_temp.rate('13:30', 'ETH', 'USD', 2500);
select is(
    pg_temp.parts('ETH/USD:ETH', '11:00', '14:00'),
    '0 to 500, 500: move 250, trades 250, fees 0, funding 0, income 0, currency 0, restated 0',
    'an_inverse_contract_wins_by_what_it_is_worth_less'
);

-- A split changes quantity and price, and nothing else.
call trade($$ sa 10:00 buy 10 @ 30 $$, instrument => 'ACME/EUR');
call pg_temp.mark('10:30', 'ACME/EUR', 30);
insert into utl.transactions (occurred_at, kind, book_id, instrument_id, new_units, old_units)
values ('2026-01-05 12:00Z', 'split', utl.book_id('desk'), utl.instrument_id('ACME/EUR'), 3, 1);
call pg_temp.mark('13:00', 'ACME/EUR', 11);
select is(
    pg_temp.parts('ACME/EUR', '11:00', '14:00'),
    '0 to 36, 36: move 36, trades 0, fees 0, funding 0, income 0, currency 0, restated 0',
    'a_split_moves_no_price_and_is_no_trade'
);

-- What we know now of then, and what was known: a late fill, a bust.
create temp table moments as select clock_timestamp() as before_it;
call trade($$ c 10:15 buy 1 @ 90 $$, instrument => 'BTC/EUR');
select is(
    pg_temp.parts('BTC/EUR', '11:00', '14:00', (select m.before_it from moments as m)),
    '20.9 to 105.6, 84.7: move 72, trades -12, fees -1.2, funding 0, income 0, currency 3.9, '
    'restated 22',
    'a_late_fill_restates_what_there_was'
);
call bust('c');
select is(
    pg_temp.parts('BTC/EUR', '11:00', '14:00', (select m.before_it from moments as m)),
    '20.9 to 57.6, 36.7: move 48, trades -12, fees -1.2, funding 0, income 0, currency 1.9, '
    'restated 0',
    'once_it_is_busted_all_is_as_it_was'
);
select is(
    (
        select e.total_from || ' ' || e.restatements
        from utl.pnl_explain('desk', '2026-01-05 11:00Z', '2026-01-05 14:00Z') as e
        where e.instrument = 'BTC/EUR'
    ),
    '0 20.9', 'unless_it_is_said_what_counts_is_what_was_known_at_that_very_time'
);

-- Likewise for what is beside positions: a fee in another asset, funding that is cancelled.
update moments set before_it = clock_timestamp();
call amend('pa', fee => 0.3);
insert into utl.transaction_corrections (transaction_id, kind)
select t.transaction_id, 'cancel' from utl.transactions as t
where t.quantity = 10;
insert into utl.transactions (
    occurred_at, kind, book_id, account_id, instrument_id, asset_id, quantity
)
select
    '2026-01-05 10:06Z', 'interest', t.book_id, t.account_id, t.instrument_id, t.asset_id, -2
from utl.transactions as t
where t.quantity = -3;
-- −40 was known, −0.3 × 500 − 2 = −152 it is, and 30 more when BNB is at 600.
select is(
    pg_temp.parts('BTC/EUR:EUR', '11:00', '14:00', (select m.before_it from moments as m)),
    '-44 to -330, -286: move 0, trades 0, fees -144, funding -3.6, income 36, currency -51.2, '
    'restated -123.2',
    'corrections_of_fees_and_funding_restate_what_there_was'
);
call amend('pa', fee => 0.1);
insert into utl.transaction_corrections (transaction_id, kind, quantity)
select t.transaction_id, 'amend', 10 from utl.transactions as t
where t.quantity = 10;
insert into utl.transaction_corrections (transaction_id, kind)
select t.transaction_id, 'cancel' from utl.transactions as t
where t.quantity = -2;
select is(
    pg_temp.parts('BTC/EUR:EUR', '11:00', '14:00', (select m.before_it from moments as m)),
    '-44 to -171.6, -127.6: move 0, trades 0, fees -144, funding -3.6, income 36, currency -16, '
    'restated 0',
    'until_they_are_taken_back'
);

-- What is unpriced is listed apart.
call trade($$ da 12:00 buy 5 @ 1 $$, instrument => 'DOGE/EUR');
select is(
    (
        select
            format(
                '%s %s %s %s %s', e.total_from, e.total_to, e.change, e.new_trades, e.missing
            )
        from
            utl.pnl_explain(
                'desk', '2026-01-05 11:00Z', '2026-01-05 14:00Z', as_known => 'infinity'
            ) as e
        where e.instrument = 'DOGE/EUR'
    ),
    '0    {"price of DOGE/EUR"}', 'what_has_no_price_has_no_parts_and_says_so'
);
select is(
    (
        select format('%s %s %s', e.change, e.lines, e.unpriced)
        from
            utl.pnl_explain(
                'desk', '2026-01-05 11:00Z', '2026-01-05 14:00Z', as_known => 'infinity'
            ) as e
        where e.is_total
    ),
    '445.1 5 1', 'the_total_is_of_the_others_and_counts_it'
);

-- Errors.
select throws_ok(
    $$ select utl.pnl_explain('dsk', '2026-01-05') $$, '22U01', 'unknown book: ''dsk''',
    'an_unknown_book_is_an_error'
);
select throws_ok(
    $$ select utl.pnl_explain('desk', '2026-01-05', costing => 'wca') $$, '22U01',
    'book desk has no costing wca', 'an_unknown_costing_is_an_error'
);
select throws_like(
    $$ select utl.pnl_explain('desk', '2026-01-06Z', '2026-01-05Z') $$,
    'profit cannot be explained from 2026-01-06%', 'times_the_wrong_way_round_are_an_error'
);
select throws_ok(
    $$ select utl.pnl_explain('desk', null) $$, '22U05',
    'profit cannot be explained from no time to infinity', 'so_is_no_time'
);

-- Whatever happens: the parts add up exactly, line by line and in total, and days do to the same.
select setseed(0.4);
insert into utl.fills (
    venue_fill_id, executed_at, side, quantity, price, fee, fee_asset_id, book_id, account_id,
    instrument_id
)
select
    'w' || g, '2026-01-01Z'::timestamptz + random() * interval '4 days',
    case when random() < 0.5 then 'buy' else 'sell' end,
    round((1 + random() * 1000)::numeric, 3), round((1000 + random() * 1000)::numeric, 2),
    round((random() * 0.01)::numeric, 5),
    utl.asset_id((array['BNB', 'EUR', 'ETH', 'BTC'])[1 + g % 4]),
    utl.book_id('wild'), utl.account_id((array['main', 'sub'])[1 + g % 2]),
    utl.instrument_id((array['BTC/EUR', 'BTC/EUR:EUR', 'ETH/EUR', 'ETH/USD:ETH'])[1 + g / 2 % 4])
from generate_series(1, 400) as g;
insert into utl.transactions (
    occurred_at, kind, book_id, account_id, instrument_id, asset_id, quantity
)
select
    '2026-01-01Z'::timestamptz + random() * interval '4 days',
    (array['funding', 'rebate', 'interest'])[1 + g % 3], utl.book_id('wild'),
    utl.account_id('main'),
    case
        when g % 3 < 2 then utl.instrument_id((array['BTC/EUR:EUR', 'ETH/USD:ETH'])[1 + g % 2])
    end,
    utl.asset_id((array['BNB', 'EUR', 'ETH', 'BTC'])[1 + g % 4]), round(random()::numeric - 0.5, 4)
from generate_series(1, 60) as g;
insert into utl.prices (at, instrument_id, source, bid, ask)
select
    '2025-12-31Z'::timestamptz + n.nth * interval '3 hours', utl.instrument_id(i.instrument),
    'wild', round((1000 + random() * 300)::numeric, 2), round((1300 + random() * 300)::numeric, 2)
from generate_series(0, 45) as n (nth)
cross join unnest(array['BTC/EUR', 'BTC/EUR:EUR', 'ETH/EUR', 'ETH/USD:ETH']) as i (instrument);
insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
select
    '2025-12-31Z'::timestamptz + n.nth * interval '5 hours', utl.asset_id(r.base),
    utl.asset_id(r.quote), 'wild', round((0.5 + random())::numeric, 4)
from generate_series(0, 25) as n (nth)
cross join (values ('EUR', 'USD'), ('USD', 'BNB')) as r (base, quote);
select utl.add_costing('wild', m, m || '/' || p, pool => p, fees => f)
from unnest(array['fifo', 'hifo', 'wac']) as m, (
    values ('book', 'capitalize'), ('account', 'expense')
) as s (p, f)
where m <> 'wac' or p = 'account';

create temp view wild as
select e.*, t.from_time, t.to_time, c.costing
from (
    values
    ('2026-01-02 07:00Z'::timestamptz, '2026-01-03 19:30Z'::timestamptz, 'infinity'::timestamptz),
    ('2026-01-01 12:00Z', '2026-01-05Z', 'infinity'), ('2026-01-03Z', 'infinity', 'infinity'),
    ('2026-01-02Z', '2026-01-03Z', '2026-01-02Z')
) as t (from_time, to_time, as_known)
cross join utl.costings as c
cross join lateral utl.pnl_explain('wild', t.from_time, t.to_time, c.costing, t.as_known) as e
where c.book = 'wild';

select is_empty(
    $$
        select * from wild as e
        where
            e.change is distinct from e.total_to - e.total_from
            or e.change is distinct from e.price_move + e.new_trades + e.fees + e.funding
            + e.other_income + e.currency + e.restatements
    $$,
    'the_parts_add_up_to_the_change_exactly'
);
select is_empty(
    $$
        select e.from_time, e.to_time, e.costing from wild as e
        group by e.from_time, e.to_time, e.costing
        having
            sum(e.change) filter (where not e.is_total) <> sum(e.change) filter (where e.is_total)
            or sum(e.new_trades) filter (where not e.is_total)
            <> sum(e.new_trades) filter (where e.is_total)
    $$,
    'the_total_is_the_sum_of_the_positions'
);
select utl.set_setting('mark_at', 'mark');
select is_empty(                        -- what is rounded are values of inverse contracts
    $$
        select e.from_time, e.to_time from wild as e
        where e.is_total and e.change is not null
        group by e.from_time, e.to_time
        having max(round(e.change, 12)) <> min(round(e.change, 12)) or count(*) <> 6
    $$,
    'at_one_price_for_long_and_short_all_costings_explain_the_same_change'
);
select utl.set_setting('mark_at', 'bid_ask');
select cmp_ok(
    (
        select count(*) from wild as e
        where e.new_trades <> 0 and e.currency <> 0 and e.fees <> 0
    ),
    '>', 40::bigint, 'there_is_something_to_explain'
);
select is(
    (
        select sum(d.total_pnl_reporting + d.currency_reporting)
        from utl.pnl_daily('wild', '2026-01-02', '2026-01-03') as d
    ),
    (
        select e.change
        from
            utl.pnl_explain(
                'wild', '2026-01-01 23:59:59.999999Z', '2026-01-03 23:59:59.999999Z',
                as_known => 'infinity'
            ) as e
        where e.is_total
    ),
    'days_add_up_to_the_same_change'
);
select is_empty(
    $$
        select d.* from utl.pnl_daily('wild', '2025-12-31', '2026-01-06', 'fifo/account') as d
        where
            d.total_pnl is distinct from d.realized_pnl - d.fees + d.income + d.unrealized_change
            + d.revaluation
    $$,
    'the_parts_of_a_day_add_up_exactly'
);
select is(
    (
        select sum(r.change) from utl.pnl_reported('wild', '2025-12-31', '2026-01-06') as r
    ),
    (
        select sum(p.total_pnl_reporting)
        from utl.pnl_at('2026-01-06 23:59:59.999999Z', book => 'wild') as p
        where p.is_primary
    ),
    'all_days_add_up_to_the_total'
);

select is(audit(), 'sound', 'all_checks_hold');
select * from finish();
rollback;
