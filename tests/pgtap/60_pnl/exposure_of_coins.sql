-- Coins that are held beside positions are an exposure, and counted once.
begin;
select plan(13);

do $set_up$
begin
    perform utl.add_account(a, 'bybit') from unnest(array['main', 'sub']) as a;
    perform utl.add_asset('USD', 'fiat');
    perform utl.add_instrument(i)
    from unnest(array['BTC/USD', 'ETH/BTC', 'BTC/USD:BTC', 'BTC/USDT:USDT']) as i;
    perform utl.add_asset('BNB');
    perform utl.add_book('desk', 'USD');
    perform utl.add_costing('desk', 'fifo', 'by account', pool => 'account');
    perform utl.add_book('coins', 'BTC');
    perform utl.add_book('pooled', 'USD');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    select now(), utl.asset_id(t.base), utl.asset_id('USD'), 'test', t.mark
    from (values ('BTC', 50000), ('BNB', 500), ('USDT', 1)) as t (base, mark);
    insert into utl.prices (at, instrument_id, source, mark)
    select now(), utl.instrument_id(t.instrument), 'test', t.mark
    from (values ('BTC/USD', 50000), ('ETH/BTC', 0.05), ('BTC/USD:BTC', 50000))
        as t (instrument, mark);
end
$set_up$;

create function pg_temp.exposed(book text default 'desk')
returns text
language sql
as $exposed$
    select string_agg(
        format(
            '%s %s%s %s: %s', e.account, coalesce(e.instrument || ' ', ''), e.base_quantity, e.asset,
            e.exposure_reporting
        ),
        '; ' order by e.account, e.instrument, e.asset
    )
    from utl.exposure as e
    where e.book = exposed.book
$exposed$;

select utl.record_deposit(b, 'main', 100, asset => 'BTC', occurred_at => tap.at('09:00'))
from unnest(array['desk', 'coins']) as b;
select is(
    pg_temp.exposed(), 'main 100 BTC: 5000000', 'coins_that_were_deposited_are_an_exposure'
);
select is(
    pg_temp.exposed('coins'), null, 'but_not_to_who_reports_in_them'
);
select results_eq(
    $$
        select t.dimension, t.member, t.quantity, t.net_exposure
        from utl.exposure_totals as t
        where t.book = 'desk'
        order by 1
    $$,
    $$
        values
        ('account', 'main', null::numeric, 5000000::numeric), ('asset', 'BTC', 100, 5000000),
        ('asset class', 'crypto', null, 5000000), ('book', 'desk', null, 5000000),
        ('instrument', 'BTC', 100, 5000000), ('instrument kind', 'asset', null, 5000000),
        ('venue', 'bybit', null, 5000000)
    $$,
    'they_are_in_every_dimension'
);
select utl.record_deposit('desk', 'main', 1000, asset => a, occurred_at => tap.at('09:01'))
from unnest(array['USD', 'USDT']) as a;
select is(pg_temp.exposed(), 'main 100 BTC: 5000000', 'cash_is_none');
select utl.record_transfer(
    'desk', 'main', 'sub', 10, asset => 'BTC', fee => 0.5, occurred_at => tap.at('09:02')
);
select utl.record_borrowing('desk', 'sub', 20, 'BTC', occurred_at => tap.at('09:03'));
select is(
    pg_temp.exposed(), 'main 89.5 BTC: 4475000; sub 10 BTC: 500000',
    'they_move_by_account_and_what_is_borrowed_is_owed'
);
call trade($$ s 10:00 sell 20 @ 50000 fee 0.2 BNB in sub $$);
select is(
    pg_temp.exposed(),
    'main 89.5 BTC: 4475000; sub BTC/USD -20 BTC: -1000000; sub -0.2 BNB: -100; sub 10 BTC: 500000',
    'what_was_borrowed_and_sold_is_short_and_fees_in_a_third_coin_are_paid_out_of_it'
);
call trade($$
    e 10:01 buy 10 @ 0.04 fee 0.1 ETH
    f 10:02 sell 5 @ 0.06 fee 0.01 BTC
$$, instrument => 'ETH/BTC');
select is(
    (
        select string_agg(format('%s %s', e.base_quantity, e.asset), ', ' order by e.asset)
        from utl.exposure as e
        where e.instrument = 'ETH/BTC'
    ),
    '-0.11 BTC, 4.9 ETH', 'what_is_traded_for_coins_stays_with_its_instrument'
);
-- 0.5 BTC won by an inverse contract, less a fee of 0.001; funding of 0.002.
call trade($$
    i 10:03 buy 50000 @ 40000 fee 0.001 BTC
    j 10:04 sell 40000 @ 80000
$$, instrument => 'BTC/USD:BTC');
select utl.record_funding('desk', 'main', 'BTC/USD:BTC', 0.002, occurred_at => tap.at('10:05'));
select is(
    (
        select
            string_agg(
                format('%s %s', e.kind, e.base_quantity), ', ' order by e.kind, e.base_quantity
            )
        from utl.exposure as e
        where e.account = 'main' and e.asset = 'BTC'
    ),
    'asset 90.001, perpetual 0.2, spot -0.11',
    'profit_and_funding_that_are_paid_in_a_coin_are_an_exposure_to_it'
);
select is_empty(
    $$
        select
        from (
            select e.account, e.asset, sum(e.base_quantity) as exposed
            from utl.exposure as e
            where e.book = 'desk' and e.kind in ('spot', 'asset')
            group by e.account, e.asset
        ) as e
        full join (
            select h.account, h.asset, sum(h.quantity - h.loans) as held
            from utl.book_holdings as h
            where h.book = 'desk' and h.asset in ('BTC', 'ETH', 'BNB')
            group by h.account, h.asset
            having sum(h.quantity - h.loans) <> 0
        ) as h using (account, asset)
        where e.exposed is distinct from h.held
    $$,
    'each_coin_is_counted_once_as_it_is_held_less_what_is_owed'
);
select is(
    (
        select string_agg(format('%s %s', e.account, e.base_quantity), ', ' order by e.account)
        from utl.exposure_at(tap.at('09:02'), 'desk') as e
    ),
    'main 89.5, sub 10', 'it_is_known_as_of_a_time'
);
-- One pool of two accounts: nobody can tell which of them got the profit.
call trade($$
    k 10:03 buy 40000 @ 40000
    l 10:04 sell 40000 @ 80000 in sub
$$, 'pooled', 'BTC/USD:BTC');
select results_eq(
    $$
        select e.account, e.kind, e.base_quantity, e.exposure_reporting
        from utl.exposure as e
        where e.book = 'pooled'
        order by e.account
    $$,
    $$
        values
        ('main', 'perpetual', 0.8, 40000::numeric), ('sub', 'perpetual', -0.8, -40000),
        (null, 'asset', 0.5, 25000)
    $$,
    'profit_of_which_no_costing_tells_whose_it_is_has_no_account'
);
select results_eq(
    $$
        select e.member, e.quantity, e.net_exposure, e.gross_exposure
        from utl.exposure_by('asset') as e
        where e.book = 'pooled'
    $$,
    $$ values ('BTC', 0.5, 25000::numeric, 25000::numeric) $$, 'and_is_in_the_sums'
);
select is(audit(), 'sound', 'all_checks_hold');

select * from finish();
rollback;
