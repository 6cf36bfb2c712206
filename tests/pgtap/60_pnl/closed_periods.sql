begin;
select no_plan();

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_asset('BNB');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    insert into utl.prices (at, instrument_id, source, mark)
    values ('2026-01-05 09:00Z', utl.instrument_id('BTC/USD'), 'test', 100);
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    values ('2026-01-05 09:00Z', utl.asset_id('BNB'), utl.asset_id('USD'), 'test', 500);
end
$set_up$;

create function pg_temp.stands(at timestamptz)
returns text
language sql
as $stands$
    select format(
        '%s, fees %s, total %s; ', p.quantity, p.other_fees, p.total_pnl
    ) || (
        select string_agg(h.quantity || ' ' || h.asset, ', ' order by h.asset)
        from utl.holdings_at(stands.at) as h
    )
    from utl.pnl_at(stands.at, book => 'desk') as p
$stands$;

call trade($$ a 10:00 buy 2 @ 90 fee 0.01 BNB $$);
select is(
    pg_temp.stands('2026-01-05 11:00Z'), '2, fees 5, total 15; -0.01 BNB, 2 BTC, -180 USD',
    'before_it_is_closed'
);
select utl.close_period('desk', '2026-01-05 12:00Z');
call trade($$ b 10:30 buy 1 @ 80 fee 0.02 BNB $$);
call amend('a', fee => 0.03);
select is(
    pg_temp.stands('2026-01-05 11:00Z'), '2, fees 5, total 15; -0.01 BNB, 2 BTC, -180 USD',
    'what_was_reported_stays_fees_in_other_assets_and_holdings_too'
);
select is(
    pg_temp.stands('2026-01-05 12:00Z'), '3, fees 25, total 15; -0.05 BNB, 3 BTC, -260 USD',
    'what_came_late_is_there_from_the_first_open_moment'
);
select is(
    pg_temp.stands('infinity'), '3, fees 25, total 15; -0.05 BNB, 3 BTC, -260 USD', 'and_now'
);

select is(audit(), 'sound', 'all_checks_hold');
select * from finish();
rollback;
