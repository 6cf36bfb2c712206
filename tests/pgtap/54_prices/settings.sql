begin;
select plan(14);

select results_eq(
    'select s.price_max_age, s.mark_at from utl.settings as s',
    $$ values (interval '1 hour', 'bid_ask') $$, 'settings_are_an_hour_and_bid_ask_at_first'
);

do $set_up$
begin
    perform utl.add_instrument('BTC/USD');
    perform utl.set_setting('price_max_age', '5 minutes');
    perform utl.set_setting('mark_at', 'mark');
end
$set_up$;
select results_eq(
    'select s.price_max_age, s.mark_at from utl.settings as s',
    $$ values (interval '5 minutes', 'mark') $$, 'settings_are_set'
);
insert into utl.prices (at, instrument_id, source, mark)
values (clock_timestamp() - interval '6 min', 1, 'x', 1);
select is(
    (select p.is_stale from utl.price_at('BTC/USD') as p), true, 'a_price_is_stale_by_the_setting'
);
select is(
    (select r.is_stale from utl.rate_at('BTC', 'USD') as r), true, 'a_rate_is_stale_by_the_setting'
);
select is(
    (select l.is_stale from utl.latest_prices as l), true, 'the_latest_are_stale_by_the_setting'
);
select
    throws_ok(
        format('select utl.set_setting(%L, %L)', c.name, c.setting), '22U12',
        format(
            'setting %s cannot be %s',
            coalesce(quote_literal(c.name), 'null'), coalesce(quote_literal(c.setting), 'null')
        ),
        format('%s cannot be %s', coalesce(c.name, 'null'), coalesce(c.setting, 'null'))
    )
from (
    values
    ('mark_at', 'bid'), ('mark_at', null), ('price_max_age', 'long'), ('price_max_age', '0'),
    ('price_max_age', '-1 hour'), ('only_row', 'false'), ('price', '1'), (null, '1')
) as c (name, setting);
select results_eq(
    'select s.price_max_age, s.mark_at from utl.settings as s',
    $$ values (interval '5 minutes', 'mark') $$, 'what_is_refused_changes_nothing'
);

select * from finish();
rollback;
