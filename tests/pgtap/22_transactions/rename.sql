begin;
select plan(7);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_account('cold', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
    perform utl.add_costing('desk', 'fifo', 'fifo');
    perform utl.add_book('treasury');
    perform utl.add_instrument('LEND/USD');
    perform utl.add_instrument('AAVE/USD');
    perform utl.add_instrument('AAVE/BTC');
end
$set_up$;

call trade($$
    a 09:00 buy 3 @ 10
    b 09:01 buy 1 @ 20 in cold
$$, instrument => 'LEND/USD');
call trade($$ c 09:00 sell 5 @ 7 $$, book => 'treasury', instrument => 'LEND/USD');
select utl.record_rename(
    'LEND/USD', 'AAVE/USD', occurred_at => at('10:00'), reference => 'rename'
);
select is(
    told('rename %'),
    'conversion -3 LEND/USD in main to 3 AAVE/USD in main of desk; '
    'conversion -1 LEND/USD in cold to 1 AAVE/USD in cold of desk; '
    'conversion 5 LEND/USD in main to -5 AAVE/USD in main of treasury',
    'a_rename_converts_what_every_account_of_every_book_holds'
);
select is(
    lots('fifo', instrument => 'AAVE/USD'), 'a 3 at 10 cost 30; b 1 at 20 cost 20',
    'lots_go_on'
);
select is(
    stand('wac', 'treasury', 'AAVE/USD'), '-5 at 7 cost -35, realized 0, fees 0, net 0',
    'so_do_shorts'
);
select is(
    (
        select count(*) from utl.positions as p
        where p.instrument = 'LEND/USD' and p.quantity <> 0
    ),
    0::bigint, 'nothing_is_left_of_the_old_name'
);
select is(
    (
        select count(*)
        from utl.record_rename(
            'LEND/USD', 'AAVE/USD', occurred_at => at('10:00'), reference => 'rename'
        )
    ),
    3::bigint, 'a_repeated_call_returns_the_same_rows'
);
select is(
    (select count(*) from utl.transactions), 3::bigint, 'and_records_nothing'
);
select is(audit(), 'sound', 'all_checks_and_a_replay_agree_after_a_rename');

select * from finish();
rollback;
