begin;
select plan(7);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USDT');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo');
    perform utl.add_costing('desk', 'lifo', 'lifo_by_account', pool => 'account');
end
$set_up$;

select
    columns_are(
        'utl', v.name,
        array[
            'book', 'account', 'instrument', 'costing', 'method', 'is_primary', 'quantity',
            'average_cost', 'cost', 'cost_asset', 'realized_pnl', 'fees',
            'fee_treatment', 'net_pnl',
            'opened_at', 'last_fill_at', 'version', 'position_id', 'book_id', 'costing_id',
            'account_id', 'instrument_id'
        ],
        format('the_columns_of_%s_are_a_contract', v.name)
    )
from unnest(array['unit_costs', 'positions']) as v (name);
select is_empty(
    $$ select * from utl.unit_costs $$, 'a_book_without_fills_has_no_positions'
);

call trade($$
    a 10:00 buy 2 @ 100 fee 1 USDT
    b 10:01 sell 1 @ 130 fee 2 USDT
$$, 'desk', 'BTC/USDT');
select results_eq(
    $$
        select
            u.book, u.account, u.instrument, u.costing, u.method, u.is_primary, u.quantity,
            u.average_cost, u.cost, u.cost_asset,
            u.realized_pnl, u.fees, u.fee_treatment, u.net_pnl,
            to_char(u.opened_at at time zone 'UTC', 'HH24:MI'),
            to_char(u.last_fill_at at time zone 'UTC', 'HH24:MI'), u.version
        from utl.unit_costs as u
        order by u.costing
    $$,
    $$
        values
        (
            'desk', null, 'BTC/USDT', 'fifo', 'fifo', false, 1.0, 100.0, 100.0, 'USDT', 30.0, 3.0,
            'expense', 27.0, '10:00', '10:01', 1::bigint
        ),
        (
            'desk', 'main', 'BTC/USDT', 'lifo_by_account', 'lifo', false, 1, 100, 100, 'USDT',
            30, 3,
            'expense', 27, '10:00', '10:01', 1
        ),
        (
            'desk', null, 'BTC/USDT', 'wac', 'wac', true, 1, 100, 100, 'USDT', 30, 3,
            'expense', 27, '10:00', '10:01', 1
        )
    $$,
    'every_costing_of_a_book_has_its_position_and_names_are_resolved'
);
select results_eq(
    $$ select p.* from utl.positions as p $$,
    $$ select u.* from utl.unit_costs as u where u.is_primary $$,
    'positions_are_those_of_the_primary_costing'
);
do $set_up$
begin
    perform utl.add_costing('desk', 'fifo', is_primary => true);
end
$set_up$;
select results_eq(
    $$ select p.costing from utl.positions as p $$, array['fifo'],
    'positions_follow_the_primary_mark_without_being_booked_again'
);
select results_eq(
    $$
        select u.account_id is null, u.book_id = utl.book_id('desk'),
        u.instrument_id = utl.instrument_id('BTC/USDT')
        from utl.unit_costs as u where u.costing = 'wac'
    $$,
    $$ values (true, true, true) $$, 'ids_are_those_of_the_names'
);

select * from finish();
rollback;
