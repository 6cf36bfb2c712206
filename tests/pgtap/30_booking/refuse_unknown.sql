begin;
select plan(9);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
end
$set_up$;
call trade($$ a 10:00 buy 1 @ 100 $$);

create function pg_temp.insert_with(setting text)
returns text
language sql
as $insert_with$
    select format(
        'insert into utl.fills (book_id, account_id, instrument_id, fee, fee_asset_id, venue_fill_id, '
        'side, quantity, price, executed_at) values (%s, %s, %s, 1, %s, ''x'', ''buy'', 1, 100, now())',
        case setting when 'book' then 99 else 1 end,
        case setting when 'account' then 99 else 1 end,
        case setting when 'instrument' then 99 else 1 end,
        case setting when 'fee asset' then 99 else 1 end
    )
$insert_with$;

select
    throws_ok(
        pg_temp.insert_with(u.kind), '23U01', format('a fill refers to unknown %s 99', u.kind),
        format('a_fill_cannot_refer_to_an_unknown_%s', replace(u.kind, ' ', '_'))
    )
from unnest(array['book', 'account', 'instrument', 'fee asset']) as u (kind);
select throws_ok(
    replace(pg_temp.insert_with('fee asset'), ', 1, 99', ', 0, 99'),
    '23U01', 'a fill refers to unknown fee asset 99',
    'a_fill_cannot_refer_to_an_unknown_fee_asset_even_without_a_fee'
);
select throws_ok(
    $$
        insert into utl.fills (
            book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
        )
        values (1, 1, 1, 'y', 'buy', 1, 100, now()), (1, -1, 1, 'z', 'buy', 1, 100, now())
    $$,
    '23U01', 'a fill refers to unknown account -1',
    'one_unknown_reference_refuses_its_whole_statement'
);
select results_eq(
    $$ select f.venue_fill_id from utl.fills as f $$, array['a'], 'no_fill_of_it_was_recorded'
);
select is(
    stand('wac'), '1 at 100 cost 100, realized 0, fees 0, net 0', 'and_nothing_else_is_disturbed'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
