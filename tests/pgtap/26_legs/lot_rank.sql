begin;
select plan(12);

create function public.rank(
    method text, quantity numeric, price numeric, fee numeric default 0,
    ranks_with_fees boolean default false, is_inverse boolean default false
)
returns numeric
language sql
as $rank$
    select utl_private.lot_rank(
        jsonb_populate_record(null::utl_private.position_terms, jsonb_build_object(
            'method', method, 'ranks_with_fees', ranks_with_fees,
            'is_inverse', is_inverse, 'multiplier', 10
        )),
        quantity, price, fee
    )
$rank$;

select is(public.rank(m, 2, 100), 0::numeric, m || '_ranks_by_time_alone')
from unnest(array['wac', 'fifo', 'lifo']) as m;
select ok(
    public.rank('hifo', 1, 110) < public.rank('hifo', 2, 100),
    'hifo_puts_the_higher_unit_cost_first_not_the_higher_cost'
);
select ok(public.rank('lofo', 2, 100) < public.rank('lofo', 1, 110), 'lofo_puts_the_lower_first');
select ok(
    public.rank('hifo', -1, 90) < public.rank('hifo', -1, 100),
    'hifo_puts_the_short_sold_lowest_first'
);
select ok(
    public.rank('lofo', -1, 100) < public.rank('lofo', -1, 90),
    'lofo_puts_the_short_sold_highest_first'
);
select is(
    public.rank('hifo', 2, 100, 5, true), -1002.5,
    'with_fees_the_unit_cost_of_a_buy_is_higher'
);
select is(
    public.rank('hifo', -2, 100, 5, true), 997.5,
    'with_fees_the_proceeds_of_a_sell_are_lower'
);
select is(
    public.rank('hifo', 3, 1e-24), -1e-24,
    'a_price_of_many_places_is_not_rounded'
);
select is(
    public.rank('lofo', 1, 3, 0, true, true), public.rank('lofo', 2, 3, 0, true, true),
    'one_price_in_different_quantities_is_one_rank'
);
select ok(
    public.rank('hifo', 1, 20000, 0, true, true) < public.rank('hifo', 1, 10000, 0, true, true),
    'an_inverse_contract_bought_higher_costs_more'
);

select * from finish();
rollback;
