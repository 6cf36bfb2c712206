begin;
select plan(39);

do $set_up$
begin
    perform utl.add_asset(a) from unnest(
        array['USD', 'USDT', 'BTC', 'ETH', 'XRP', 'EUR', 'CHF', 'DAI', 'SOL', 'ADA']
    ) as a;
    perform utl.add_instrument(i) from unnest(array['BTC/USDT', 'BTC/USD:BTC', 'SOL/USD:USD']) as i;
    perform utl.add_instrument('EURUSD', 'fx', 'EUR', 'USD');
    perform utl.add_instrument('CHFUSD', 'fx', 'CHF', 'USD');
end
$set_up$;

-- Says rates of one time of 2026-01-05, one a line: base quote price, or instrument price.
create procedure pg_temp.say(at text, rates text, source text default 'kraken')
language sql
as $say$
    insert into utl.prices (at, source, base_asset_id, quote_asset_id, instrument_id, mark)
    select
        ('2026-01-05 ' || at || 'Z')::timestamptz, source,
        case when cardinality(r.w) = 3 then utl.asset_id(r.w[1]) end,
        case when cardinality(r.w) = 3 then utl.asset_id(r.w[2]) end,
        case when cardinality(r.w) = 2 then utl.instrument_id(r.w[1]) end,
        r.w[cardinality(r.w)]::numeric
    from string_to_table(rates, ', ') with ordinality as l (line, place)
    cross join lateral (select string_to_array(l.line, ' ') as w) as r
    order by l.place
$say$;

create function pg_temp.rate(
    from_asset text, to_asset text, at text default '10:00', max_age interval default null
)
returns text
language sql
as $rate$
    select format(
        '%s by %s of %s%s', r.rate, array_to_string(r.path, '>'),
        coalesce(to_char(r.price_at at time zone 'UTC', 'HH24:MI'), 'any time'),
        case when r.is_stale then ', stale' else '' end
    )
    from utl.rate_at($1, $2, ('2026-01-05 ' || at || 'Z')::timestamptz, max_age) as r
$rate$;

-- Nothing is worth anything without a price.
select is(pg_temp.rate('USDT', 'USD'), null, 'a_stablecoin_without_a_price_has_no_rate');
select is(pg_temp.rate('USD', 'USD'), '1 by USD of any time', 'an_asset_is_worth_1_of_itself');
select throws_ok(
    $$ select utl.rate_at('BTX', 'USD') $$, '22U01', 'unknown asset: ''BTX''',
    'an_unknown_asset_is_an_error'
);
select throws_ok(
    $$ select utl.rate_at('BTC', 'UST') $$, '22U01', 'unknown asset: ''UST''',
    'an_asset_to_value_in_that_is_unknown_is_an_error'
);

-- One step.
call pg_temp.say('10:00', 'USDT USD 0.9998, BTC/USDT 60000, XRP USDT 3');
select is(
    pg_temp.rate('USDT', 'USD'), '0.9998 by USDT>USD of 10:00', 'a_pair_is_a_rate'
);
select is(
    pg_temp.rate('BTC', 'USDT'), '60000 by BTC>USDT of 10:00', 'a_spot_instrument_is_a_rate'
);
select is(
    pg_temp.rate('USDT', 'XRP'), '0.333333333333333333333333333333 by USDT>XRP of 10:00',
    'a_rate_is_inverted_to_30_places'
);
select is(
    pg_temp.rate('USDT', 'BTC'), '0.000016666666666666666666666667 by USDT>BTC of 10:00',
    'and_rounded_half_away_from_zero'
);
select is(pg_temp.rate('USDT', 'USD', '09:59'), null, 'before_the_first_price_there_is_no_rate');
select is(
    pg_temp.rate('USDT', 'USD', '11:00'), '0.9998 by USDT>USD of 10:00', 'an_hour_old_is_fresh'
);
select is(
    pg_temp.rate('USDT', 'USD', '11:01'), '0.9998 by USDT>USD of 10:00, stale',
    'older_than_an_hour_is_stale_and_shown'
);
select is(
    pg_temp.rate('USDT', 'USD', '10:31', '30 min'), null, 'what_is_too_old_is_not_looked_at'
);
select is(
    pg_temp.rate('USDT', 'USD', '10:30', '30 min'), '0.9998 by USDT>USD of 10:00',
    'the_oldest_that_is_not_too_old_is'
);
select results_eq(
    $$ select r.age, r.is_stale from utl.rate_at('USDT', 'USD', '2026-01-05 10:20Z') as r $$,
    $$ values (interval '20 min', false) $$, 'the_age_is_that_at_the_time'
);
select is(
    (select r.is_stale from utl.rate_at('USDT', 'USD') as r), true, 'unless_told_the_time_is_now'
);
select is((select r.rate from utl.rate_at('USDT', 'USD', null) as r), null, 'at_no_time_is_none');

-- What is no rate.
call pg_temp.say('10:00', 'BTC/USD:BTC 70000, SOL/USD:USD 100, EURUSD 1.1, CHFUSD -0.01');
select is(pg_temp.rate('SOL', 'USD'), null, 'a_price_of_a_derivative_is_no_rate');
select is(pg_temp.rate('EUR', 'USD'), '1.1 by EUR>USD of 10:00', 'a_price_of_fx_is_a_rate');
select is(pg_temp.rate('CHF', 'USD'), null, 'a_price_below_zero_is_no_rate');
select is(pg_temp.rate('ADA', 'USD'), null, 'an_asset_nobody_prices_has_no_rate');

-- More steps.
select is(
    pg_temp.rate('XRP', 'USD'), '2.9994 by XRP>USDT>USD of 10:00', 'by_a_common_asset_exactly'
);
select is(
    pg_temp.rate('XRP', 'BTC'), '0.00005 by XRP>USDT>BTC of 10:00', 'one_of_them_inverted'
);
select is(
    pg_temp.rate('USD', 'XRP'), '0.333400013336000533440021337601 by USD>USDT>XRP of 10:00',
    'both_inverted_are_rounded_once'
);
select is(
    pg_temp.rate('XRP', 'EUR'), '2.726727272727272727272727272727 by XRP>USDT>USD>EUR of 10:00',
    'by_two_assets_on_the_way'
);
call pg_temp.say('10:00', 'ETH XRP 1000');
select is(
    pg_temp.rate('ETH', 'USD'), '2999.4 by ETH>XRP>USDT>USD of 10:00', 'by_three_prices'
);
select is(pg_temp.rate('ETH', 'EUR'), null, 'but_not_by_four');

-- Which path.
call pg_temp.say('10:05', 'XRP USD 2.9');
select is(
    pg_temp.rate('XRP', 'USD', '10:10'), '2.9 by XRP>USD of 10:05', 'fewer_steps_come_first'
);
call pg_temp.say('11:30', 'XRP USDT 4, USDT USD 1');
select is(
    pg_temp.rate('XRP', 'USD', '11:04'), '2.9 by XRP>USD of 10:05', 'while_they_are_fresh'
);
select is(
    pg_temp.rate('XRP', 'USD', '11:31'), '4 by XRP>USDT>USD of 11:30',
    'a_fresh_price_comes_before_a_stale_one'
);
select is(
    pg_temp.rate('XRP', 'USD', '13:00'), '2.9 by XRP>USD of 10:05, stale',
    'if_all_are_stale_fewer_steps_come_first_again'
);
call pg_temp.say('11:40', 'SOL USDT 5, SOL EUR 5, EUR USD 1.2');
select is(
    pg_temp.rate('SOL', 'USD', '11:45'), '6 by SOL>EUR>USD of 11:40',
    'of_as_many_steps_that_with_the_newest_oldest_price'
);
call pg_temp.say('11:40', 'USDT USD 1.01');
select is(
    pg_temp.rate('SOL', 'USD', '11:45'), '5.05 by SOL>USDT>USD of 11:40',
    'of_the_same_age_by_the_asset_that_was_added_first'
);

-- Which price.
call pg_temp.say('12:00', 'DAI USD 1.02', 'a');
call pg_temp.say('12:01', 'USD DAI 1', 'b');
select is(pg_temp.rate('DAI', 'USD', '12:00'), '1.02 by DAI>USD of 12:00', 'as_it_is_told');
select is(
    pg_temp.rate('DAI', 'USD', '12:05'), '1 by DAI>USD of 12:01',
    'the_newest_counts_whoever_told_it_in_either_direction'
);
insert into utl.prices (at, source, base_asset_id, quote_asset_id, bid, ask)
select '2026-01-05 12:02Z', 'c', utl.asset_id('DAI'), utl.asset_id('USD'), 1.01, 1.02;
select is(
    pg_temp.rate('DAI', 'USD', '12:05'), '1.015 by DAI>USD of 12:02',
    'without_a_mark_a_rate_is_in_the_middle'
);

-- Many at once.
select results_eq(
    $$
        select a.asset, r.rate, array_length(r.path, 1)
        from utl_private.rates_to(
            array(
                select a.asset_id from utl.assets as a
                union all
                values (null), (99), (utl.asset_id('BTC'))
            ),
            array[utl.asset_id('USDT')], '2026-01-05 10:04Z'
        ) as r
        inner join utl.assets as a on r.asset_id = a.asset_id
        where a.asset in ('BTC', 'USDT', 'XRP', 'ETH', 'SOL', 'CHF')
        order by a.asset
    $$,
    $$
        values
        ('BTC', 60000::numeric, 2), ('ETH', 3000, 3), ('USDT', 1, 1), ('XRP', 3, 2)
    $$,
    'many_are_valued_at_once_each_once_and_none_without_a_rate'
);
select results_eq(
    $$
        select f.asset, t.asset, r.rate
        from (
            select
                array_agg(utl.asset_id(p.a) order by p.n) as froms,
                array_agg(utl.asset_id(p.b) order by p.n) as tos
            from (
                values
                (1, 'BTC', 'USDT'), (2, 'XRP', 'USDT'), (3, 'BTC', 'XRP'), (4, 'BTC', 'ETH'),
                (5, 'USDT', 'USDT'), (6, 'CHF', 'USDT'), (7, 'BTC', 'USDT')
            ) as p (n, a, b)
        ) as p
        cross join lateral utl_private.rates_between(p.froms, p.tos, '2026-01-05 10:04Z') as r
        inner join utl.assets as f on r.from_asset_id = f.asset_id
        inner join utl.assets as t on r.to_asset_id = t.asset_id
        order by f.asset, t.asset
    $$,
    $$
        values
        ('BTC', 'ETH', 20::numeric), ('BTC', 'USDT', 60000), ('BTC', 'XRP', 20000),
        ('USDT', 'USDT', 1), ('XRP', 'USDT', 3)
    $$,
    'each_in_the_one_that_is_asked_for_and_no_other'
);
select is_empty(
    $$ select from utl_private.rates_to(array[]::integer[], array[1], 'infinity') $$, 'none_of_none'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
