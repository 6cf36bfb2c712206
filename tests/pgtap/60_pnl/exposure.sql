begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account(a, v)
    from (values ('main', 'kraken'), ('sub', 'binance')) as t (a, v);
    perform utl.add_asset('USD', 'fiat');
    perform utl.add_instrument(i) from unnest(array[
        'BTC/USD', 'ETH/USD', 'ETH/EUR', 'BTC/USD:USD', 'BTC/USD:BTC', 'DOGE/USD'
    ]) as i;
    perform utl.add_instrument('ETH/USD:BTC', kind => 'perpetual', multiplier => 0.000001);
    perform utl.add_instrument(
        'BTC/USD:USD-260327-60000-C', kind => 'option', base => 'BTC', quote => 'USD',
        multiplier => 0.1
    );
    perform utl.add_book('firm', 'USD');
    perform utl.add_book('desk', 'USD', 'firm');
    perform utl.add_book('paris', 'EUR', 'firm');
    perform utl.add_book('lyon', 'EUR', 'paris');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values (now(), utl.asset_id('EUR'), utl.asset_id('USD'), 'test', 1.25);
    insert into utl.prices (at, instrument_id, source, bid, ask)
    select now(), utl.instrument_id(t.instrument), 'test', t.bid, t.ask
    from (
        values
        ('BTC/USD', 50000, 50100), ('BTC/USD:USD', 49900, 50200), ('BTC/USD:BTC', 50000, 50000),
        ('ETH/USD:BTC', 2000, 2000), ('ETH/EUR', 1600, 1600), ('ETH/USD', 2000, 2000),
        ('BTC/USD:USD-260327-60000-C', 900, 1000)
    ) as t (instrument, bid, ask);
end
$set_up$;

call trade($$
    a 10:00 buy 3 @ 40000
    b 10:01 sell 1 @ 45000 in sub
$$, instrument => 'BTC/USD');
call trade($$ pa 10:00 sell 2 @ 45000 in sub $$, instrument => 'BTC/USD:USD');
call trade($$ ia 10:00 buy 10000 @ 40000 $$, instrument => 'BTC/USD:BTC');
call trade($$ qa 10:00 buy 100 @ 1900 $$, instrument => 'ETH/USD:BTC');
call trade($$ oa 10:00 sell 5 @ 1000 $$, instrument => 'BTC/USD:USD-260327-60000-C');
call trade($$ da 10:00 buy 5 @ 1 $$, instrument => 'DOGE/USD');
call trade($$ ea 10:00 buy 10 @ 1500 fee 0.1 ETH $$, 'lyon', 'ETH/EUR');
call trade($$ eb 10:00 sell 4 @ 2000 $$, 'paris', 'ETH/USD');

-- 100 quanto contracts win 0.0001 BTC a dollar, which is 5.0025 dollars: as 5.005 ETH at 50050.
select results_eq(
    $$
        select
            e.book, e.account, e.venue, e.instrument, e.asset, e.quantity, e.base_quantity,
            e.has_delta, e.exposure_reporting, e.reporting_asset
        from utl.exposure as e
        order by e.book, e.instrument, e.account
    $$,
    $$
        values
        ('desk', 'main', 'kraken', 'BTC/USD', 'BTC', 3::numeric, 3::numeric, true, 150000::numeric,
            'USD'),
        ('desk', 'sub', 'binance', 'BTC/USD', 'BTC', -1, -1, true, -50100, 'USD'),
        ('desk', 'main', 'kraken', 'BTC/USD:BTC', 'BTC', 10000, 0.2, true, 10010, 'USD'),
        ('desk', 'sub', 'binance', 'BTC/USD:USD', 'BTC', -2, -2, true, -100400, 'USD'),
        ('desk', 'main', 'kraken', 'BTC/USD:USD-260327-60000-C', 'BTC', -5, -0.5, false, null,
            'USD'),
        ('desk', 'main', 'kraken', 'DOGE/USD', 'DOGE', 5, 5, true, null, 'USD'),
        ('desk', 'main', 'kraken', 'ETH/USD:BTC', 'ETH', 100, 5.005, true, 10010, 'USD'),
        ('lyon', 'main', 'kraken', 'ETH/EUR', 'ETH', 9.9, 9.9, true, 15840, 'EUR'),
        ('paris', 'main', 'kraken', 'ETH/USD', 'ETH', -4, -4, true, -6400, 'EUR')
    $$,
    'exposure_is_what_a_position_is_on_in_its_base_asset_and_in_the_reporting_asset'
);
select results_eq(
    $$
        select e.member, e.quantity, e.net_exposure, e.gross_exposure, e.positions, e.unvalued
        from utl.exposure_by('asset') as e where e.book = 'desk' order by e.member
    $$,
    $$
        values
        ('BTC', 0.2, 9510::numeric, 210310::numeric, 4::bigint, 1::bigint),
        ('DOGE', 5, 0, 0, 1, 1),
        ('ETH', 5.005, 10010, 10010, 1, 0)
    $$,
    'accounts_of_a_position_are_netted_positions_of_an_asset_are_not_in_gross'
);
select results_eq(
    $$
        select e.member, e.net_exposure, e.gross_exposure
        from utl.exposure_by('venue') as e where e.book = 'desk' order by e.member
    $$,
    $$ values ('binance', -150500::numeric, 150500::numeric), ('kraken', 170020, 170020) $$,
    'by_venue_each_has_its_own_part_of_a_position'
);
select results_eq(
    $$
        select e.book, e.reporting_asset, e.net_exposure, e.gross_exposure, e.positions, e.unvalued
        from utl.exposure_by('book') as e order by e.book
    $$,
    $$
        values
        ('desk', 'USD', 19520::numeric, 220320::numeric, 6::bigint, 2::bigint),
        ('firm', 'USD', 31320, 248120, 8, 2),
        ('lyon', 'EUR', 15840, 15840, 1, 0),
        ('paris', 'EUR', 9440, 22240, 2, 0)
    $$,
    'a_book_has_all_below_it_in_its_own_reporting_asset'
);
select is(
    (
        select count(*) from (
            select t.book, t.dimension, t.member, t.net_exposure from utl.exposure_totals as t
            where t.dimension = 'instrument kind'
            except
            select e.book, e.dimension_of, e.member, e.net_exposure
            from utl.exposure_by('instrument kind') as e
        ) as d
    ),
    0::bigint, 'exposure_totals_has_every_dimension'
);
select bag_eq(
    $$ select distinct t.dimension from utl.exposure_totals as t $$,
    $$
        values
        ('book'), ('asset'), ('asset class'), ('venue'), ('account'), ('instrument'),
        ('instrument kind')
    $$,
    'there_are_seven_dimensions'
);
select is(
    (
        select t.net_exposure from utl.exposure_totals as t
        where (t.book, t.dimension, t.member) = ('firm', 'asset class', 'crypto')
    ),
    31320::numeric, 'the_asset_class_is_that_of_the_base_asset'
);
select throws_ok(
    $$ select utl.exposure_by('colour') $$, '22U13', 'exposure cannot be shown by ''colour''',
    'an_unknown_dimension_is_an_error'
);
select is(
    (
        select string_agg(e.account || ' ' || e.quantity, ', ' order by e.account)
        from utl.exposure_at('2026-01-05 10:00:30Z', 'desk') as e
        where e.instrument = 'BTC/USD'
    ),
    'main 3', 'exposure_is_known_as_of_a_time'
);

-- What is flat in its book may be held in two accounts.
call trade($$ c 10:02 sell 2 @ 45000 in sub $$, instrument => 'BTC/USD');
select is(
    (
        select e.gross_exposure from utl.exposure_by('instrument') as e
        where (e.book, e.member) = ('desk', 'BTC/USD')
    ),
    300::numeric, 'what_remains_is_the_spread'
);

-- Profit of a tree of books.
select results_eq(
    $$
        select
            p.book, p.reporting_asset, p.realized_pnl, p.fees, p.unrealized_pnl, p.total_pnl,
            p.positions, p.unpriced, p.is_complete
        from utl.pnl_by_book as p where p.book <> 'desk' and p.book <> 'firm' order by p.book
    $$,
    $$
        values
        ('lyon', 'EUR', 0::numeric, 150::numeric, 990::numeric, 840::numeric, 1::bigint, 0::bigint,
            true),
        ('paris', 'EUR', 0, 150, 990, 840, 2, 0, true)
    $$,
    'pnl_rolls_up_in_the_reporting_asset_of_the_book_above'
);
-- 15000 of spot, 0.05 BTC and 0.01 BTC at 50050, −10400 of the perpetual, 0 of the option at ask.
select results_eq(
    $$
        select p.book, p.unrealized_pnl + p.realized_pnl, p.positions, p.unpriced, p.is_complete
        from utl.pnl_by_book as p where p.book = 'desk' or p.book = 'firm' order by p.book
    $$,
    $$
        values
        ('desk', 7603::numeric, 6::bigint, 1::bigint, false),
        ('firm', 8840.5, 8, 1, false)
    $$,
    'what_has_no_price_is_in_no_sum_and_is_counted'
);

-- Options move by their delta: 5 sold calls on 0.1 BTC at 0.4; 10 puts in BTC at −0.3.
select utl.add_instrument(
    'BTC/USD:BTC-260327-60000-P', kind => 'option', base => 'BTC', quote => 'USD'
);
call trade($$ pb 10:00 buy 10 @ 0.05 $$, instrument => 'BTC/USD:BTC-260327-60000-P');
insert into utl.prices (at, instrument_id, source, mark, delta)
select now(), utl.instrument_id(t.instrument), 'test', t.mark, t.delta
from (
    values
    ('BTC/USD:USD-260327-60000-C', 950, 0.4), ('BTC/USD:BTC-260327-60000-P', 0.06, -0.3)
) as t (instrument, mark, delta);
select results_eq(
    $$
        select
            e.instrument, e.base_quantity, e.has_delta, e.exposure_reporting, p.delta, l.delta
        from utl.exposure as e
        cross join lateral utl.price_at(e.instrument) as p
        inner join utl.latest_prices as l on e.instrument = l.instrument
        where e.kind = 'option'
        order by e.instrument
    $$,
    $$
        values
        ('BTC/USD:BTC-260327-60000-P', -3::numeric, true, -150150::numeric, -0.3, -0.3),
        ('BTC/USD:USD-260327-60000-C', -0.2, true, -10010, 0.4, 0.4)
    $$,
    'an_option_is_an_exposure_by_the_delta_that_came_with_its_price'
);
select results_eq(
    $$
        select e.quantity, e.net_exposure, e.positions, e.unvalued
        from utl.exposure_by('instrument kind') as e
        where e.book = 'desk' and e.member = 'option'
    $$,
    $$ values (null::numeric, -160160::numeric, 2::bigint, 0::bigint) $$,
    'and_is_in_the_sums'
);
-- The price of a moment later says nothing of a delta.
insert into utl.prices (at, instrument_id, source, mark)
values (now(), utl.instrument_id('BTC/USD:BTC-260327-60000-P'), 'test', 0.06);
select is(
    (
        select format('%s %s %s', e.base_quantity, e.has_delta, e.exposure_reporting)
        from utl.exposure as e
        where e.instrument = 'BTC/USD:BTC-260327-60000-P'
    ),
    '10 f ', 'a_price_without_a_delta_leaves_it_unknown'
);

-- Coins that paid for others: 10 ETH for 0.4 BTC and a fee of 0.01; then they are sold for 0.6.
select utl.add_instrument('ETH/BTC');
select utl.add_instrument(i, kind => 'fx') from unnest(array['EUR/JPY', 'EUR/USD']) as i;
insert into utl.prices (at, instrument_id, source, mark)
values
(now(), utl.instrument_id('ETH/BTC'), 'test', 0.05),
(now(), utl.instrument_id('EUR/JPY'), 'test', 161),
(now(), utl.instrument_id('EUR/USD'), 'test', 1.25);
insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
values (now(), utl.asset_id('JPY'), utl.asset_id('USD'), 'test', 0.007);
create function pg_temp.legs(of_instrument text)
returns text
language sql
as $legs$
    select string_agg(
        format('%s %s of %s: %s', e.quantity, e.base_quantity, e.asset, e.exposure_reporting),
        '; ' order by e.quantity
    )
    from utl.exposure as e
    where e.book = 'desk' and e.instrument = of_instrument
$legs$;
call trade($$ xa 10:00 buy 10 @ 0.04 fee 0.01 BTC $$, instrument => 'ETH/BTC');
select is(
    pg_temp.legs('ETH/BTC'), '10 10 of ETH: 25025;  -0.41 of BTC: -20520.5',
    'coins_that_paid_for_others_are_short'
);
select results_eq(
    $$
        select e.quantity, e.net_exposure, e.gross_exposure, e.positions
        from utl.exposure_by('instrument') as e
        where (e.book, e.member) = ('desk', 'ETH/BTC')
    $$,
    $$ values (10::numeric, 4504.5, 45545.5, 2::bigint) $$,
    'the_quantity_of_an_instrument_is_that_of_its_base_asset_and_gross_is_both_legs'
);
call trade($$ xb 10:05 sell 10 @ 0.06 $$, instrument => 'ETH/BTC');
select is(
    pg_temp.legs('ETH/BTC'), ' 0.19 of BTC: 9509.5', 'what_was_won_in_a_coin_is_an_exposure_to_it'
);
call trade($$ fa 10:00 buy 1000 @ 160 $$, instrument => 'EUR/JPY');
select is(
    pg_temp.legs('EUR/JPY'), '1000 1000 of EUR: 1127;  -160000 of JPY: -1120',
    'a_pair_of_currencies_is_long_one_and_short_the_other'
);
call trade($$ fb 10:00 buy 1000 @ 1.2 $$, instrument => 'EUR/USD');
select is(
    pg_temp.legs('EUR/USD'), '1000 1000 of EUR: 1250', 'but_not_short_what_the_book_reports_in'
);

select is(audit(), 'sound', 'all_checks_hold');
select * from finish();
rollback;
