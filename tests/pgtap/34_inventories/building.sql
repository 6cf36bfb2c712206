begin;
select plan(7);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument(i) from unnest(array['BTC/USD', 'ETH/BTC']) as i;
    perform utl.add_asset('BNB');
    perform utl.add_book('desk', 'USD', method => 'fifo');
    insert into utl.prices (at, base_asset_id, quote_asset_id, source, mark)
    select t.at, utl.asset_id(t.base), utl.asset_id('USD'), 'test', t.mark
    from (
        values
        ('2026-01-05 09:00Z'::timestamptz, 'BTC', 100), ('2026-01-05 10:00Z', 'BTC', 110),
        ('2026-01-05 09:00Z', 'BNB', 5)
    ) as t (at, base, mark);
    call tap.trade('a 09:10 buy 10 @ 100 fee 0.1 BNB');
    call tap.trade('b 10:10 buy 20 @ 0.1 fee 0.5 ETH', 'desk', 'ETH/BTC');
    perform utl.record_deposit(
        'desk', 'main', 3, asset => 'BNB', occurred_at => '2026-01-05 09:00Z'
    );
    perform utl.add_costing('desk', 'fifo', basis => 'asset');
end
$set_up$;

select is(
    stand('fifo-asset', 'desk', 'BTC in USD'),
    '8 at 100 cost 800, realized 20, fees 0.5, net 19.5',
    'a_costing_by_asset_is_built_from_the_facts'
);
select is(
    stand('fifo-asset', 'desk', 'BNB in USD'),
    '2.9 at 0 cost 0, realized 0.5, fees 0, net 0.5',
    'those_of_coins_alone_among_them'
);
select results_eq(
    $$
        select c.costing, c.method, c.basis from utl.costings as c
        where c.book = 'desk' order by c.costing
    $$,
    $$values ('fifo', 'fifo', 'instrument'), ('fifo-asset', 'fifo', 'asset')$$,
    'it_is_named_after_its_method_and_basis'
);
do $$
begin
    perform utl.change_costing('desk', 'wac', '2026-01-05 10:00Z', 'fifo-asset');
    call tap.trade('c 10:20 sell 4 @ 120');
end
$$;
select is(
    stand('fifo-asset', 'desk', 'BTC in USD'),
    '4 at 100 cost 400, realized 100, fees 0.5, net 99.5',
    'its_method_can_change'
);
select results_eq(
    $$select r.digest_before = r.digest_after from utl.rebuild_book('desk') as r$$,
    $$values (true), (true), (true)$$,
    'a_rebuild_gives_the_same'
);
do $$
begin
    perform utl.close_period('desk', '2026-01-05 11:00Z');
    call tap.trade('d 09:20 buy 1 @ 50');
    call tap.bust('a');
end
$$;
select is(
    (
        select
            string_agg(
                format('%s %s %s', e.venue_fill_id, e.quantity, e.amount), '; '
                order by e.effective_at, e.quantity
            )
        from (
            select fill_name(n.fill_id) as venue_fill_id, n.effective_at, n.quantity, n.amount
            from utl.position_entries as n
            where
                n.costing = 'fifo-asset' and n.instrument = 'BTC in USD'
                and n.effective_at >= '2026-01-05 11:00Z'
        ) as e
    ),
    ' -5 -500;  -5 -500; d 1 50',
    'what_meets_a_closed_period_is_booked_at_its_end'
);
select is(audit(), 'sound', 'all_checks_are_empty');

select * from finish();
rollback;
