begin;
select plan(10);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('GC/USD:USD-260428', multiplier => 100);
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', pool => 'account');
end
$set_up$;

select columns_are('utl', v.name, v.columns, format('the_columns_of_%s_are_a_contract', v.name))
from (
    values
    (
        'position_entries',
        array[
            'book', 'account', 'instrument', 'costing', 'method', 'effective_at', 'sequence',
            'fill_id', 'part', 'effect', 'lot_fill_id', 'lot_opened_at',
            'quantity', 'amount', 'fee',
            'realized_pnl', 'quantity_after', 'cost_after', 'average_cost_after',
            'realized_pnl_after', 'fees_after', 'cost_asset', 'booked_at', 'position_id', 'book_id',
            'belongs_at', 'kind'
        ]::name[]
    ),
    (
        'open_lots',
        array[
            'book', 'account', 'instrument', 'costing', 'method', 'fill_id',
            'opened_at', 'quantity',
            'unit_cost', 'cost', 'cost_asset', 'position_id', 'book_id', 'lot_id'
        ]
    ),
    (
        'lot_matches',
        array[
            'book', 'account', 'instrument', 'costing', 'method', 'open_fill_id', 'close_fill_id',
            'part', 'direction', 'quantity', 'opened_at', 'closed_at', 'holding_time', 'cost',
            'proceeds', 'realized_pnl', 'open_price', 'close_price', 'cost_asset', 'sequence',
            'position_id', 'book_id', 'kind'
        ]
    ),
    (
        'position_fees',
        array[
            'book', 'account', 'instrument', 'costing', 'asset', 'fees', 'position_id', 'book_id',
            'in_cost_asset'
        ]
    )
) as v (name, columns);

call trade($$
    a 10:00 buy 2 @ 1900 fee 5 USD
    b 10:30 sell 3 @ 1910 seq 7
    c 11:45 buy 0.5 @ 1920
$$, 'desk', 'GC/USD:USD-260428');

select results_eq(
    $$
        select
            tap.fill_name(e.fill_id), e.part, e.effect, e.quantity, e.amount, e.fee, e.realized_pnl,
            e.quantity_after, e.cost_after, e.average_cost_after,
            e.realized_pnl_after, e.fees_after,
            tap.fill_name(e.lot_fill_id), e.cost_asset, e.sequence, e.account
        from utl.position_entries as e
        where e.costing = 'fifo'
        order by e.effective_at, e.part
    $$,
    $$
        values
        (
            'a', 1, 'open', 2.0, 380000.0, 5.0, 0.0, 2.0, 380000.0, 1900.0, 0.0, 5.0, null, 'USD',
            0::bigint, 'main'
        ),
        ('b', 1, 'close', -2, -382000, 0, 2000, 0, 0, null, 2000, 5, 'a', 'USD', 7, 'main'),
        ('b', 2, 'open', -1, -191000, 0, 0, -1, -191000, 1910, 2000, 5, null, 'USD', 7, 'main'),
        ('c', 1, 'close', 0.5, 96000, 0, -500, -0.5, -95500, 1910, 1500, 5, 'b', 'USD', 0, 'main')
    $$,
    'entries_tell_what_each_part_did_and_where_it_left_the_position'
);
select results_eq(
    $$
        select e.effect from utl.position_entries as e
        where e.costing = 'wac' order by e.effective_at, e.part
    $$,
    array['open', 'close', 'open', 'close'], 'entries_against_the_average_close_without_a_lot'
);
select results_eq(
    $$
        select
            o.book, o.account, o.instrument, o.costing, o.method, tap.fill_name(o.fill_id),
            o.opened_at, o.quantity, o.unit_cost, o.cost, o.cost_asset
        from utl.open_lots as o
    $$,
    $$
        values (
            'desk', 'main', 'GC/USD:USD-260428', 'fifo', 'fifo', 'b',
            '2026-01-05 10:30Z'::timestamptz, -0.5, 1910.0, -95500.0, 'USD'
        )
    $$,
    'open_lots_are_what_is_left_of_opening_fills'
);
select results_eq(
    $$
        select
            tap.fill_name(m.open_fill_id), tap.fill_name(m.close_fill_id), m.part, m.direction,
            m.quantity, m.holding_time, m.cost, m.proceeds, m.realized_pnl, m.open_price,
            m.close_price, m.cost_asset, m.closed_at - m.opened_at = m.holding_time, m.account
        from utl.lot_matches as m
        order by m.closed_at
    $$,
    $$
        values
        (
            'a', 'b', 1, 'long', 2.0, interval '30 min', 380000.0, 382000.0, 2000.0, 1900.0, 1910.0,
            'USD', true, 'main'
        ),
        (
            'b', 'c', 1, 'short', 0.5, interval '75 min', -95500, -96000, -500, 1910, 1920,
            'USD', true, 'main'
        )
    $$,
    'matches_tell_which_fill_closed_which_and_what_it_made'
);
select results_eq(
    $$ select f.costing, f.asset, f.fees from utl.position_fees as f order by f.costing $$,
    $$ values ('fifo', 'USD', 5.0), ('wac', 'USD', 5) $$, 'fees_are_shown_by_asset'
);
select is(
    (select sum(m.realized_pnl) from utl.lot_matches as m),
    (
        select u.realized_pnl from utl.unit_costs as u
        where u.costing = 'fifo'
    ),
    'matches_add_up_to_the_realized_pnl'
);

select * from finish();
rollback;
