begin;
select plan(13);

-- A fill of a closed period is booked at its end. A transaction is refused: it can be given a time.
do $set_up$
begin
    perform utl.add_account(a, 'kraken') from unnest(array['main', 'sub']) as a;
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book(b) from unnest(array['desk', 'open']) as b;
    call tap.trade($$ a 10:00 buy 2 @ 100 $$);
    perform utl.record_interest(
        'desk', 'main', 7, 'USD', occurred_at => '2026-01-05 11:00Z', reference => 'known'
    );
    perform utl.close_period('desk', '2026-01-05 12:00Z');
end
$set_up$;

create function pg_temp.interest(of_book text)
returns numeric
language sql
as $interest$
    select coalesce(sum(p.interest), 0) from utl.pnl as p where p.book = of_book and p.is_primary
$interest$;

select
    throws_ok(
        c.statement, '23U05', 'book desk is closed at 2026-01-05 11:59:00+00',
        c.what || '_of_a_closed_period_is_refused'
    )
from (
    values
    (
        'interest', $$
            select utl.record_interest(
                'desk', 'main', 5, 'USD', occurred_at => '2026-01-05 11:59Z', reference => 'late'
            )
        $$
    ),
    (
        'a_withdrawal', $$
            select utl.record_withdrawal(
                'desk', 'main', 1, instrument => 'BTC/USD', occurred_at => '2026-01-05 11:59Z'
            )
        $$
    ),
    (
        'a_split', $$
            select utl.record_split('BTC/USD', 2, 1, 'desk', occurred_at => '2026-01-05 11:59Z')
        $$
    ),
    (
        'what_arrives_in_a_book', $$
            insert into utl.transactions (
                occurred_at, kind, book_id, account_id, asset_id, quantity, to_book_id,
                to_account_id, to_quantity
            )
            values (
                '2026-01-05 11:59Z', 'transfer', utl.book_id('open'), utl.account_id('main'),
                utl.asset_id('USD'), -5, utl.book_id('desk'), utl.account_id('main'), 5
            )
        $$
    )
) as c (what, statement);
select
    throws_ok(
        format(c.statement, t.transaction_id), '23U05',
        'book desk is closed at 2026-01-05 11:00:00+00', c.what || '_is_refused'
    )
from (
    values
    ('to_cancel_what_was_reported', 'select utl.cancel_transaction(%s)'),
    ('to_amend_it', 'select utl.amend_transaction(%s, quantity => 8)')
) as c (what, statement)
cross join utl.transactions as t
where t.reference = 'known';
select is(pg_temp.interest('desk'), 7::numeric, 'what_was_reported_stays');

-- What a feed sends late is kept, and is booked in its place once the period is open again.
select is(
    (
        select format('%s %s', r.outcome, r.sqlstate)
        from utl.record_transactions('[
            {"kind": "interest", "book": "desk", "account": "main", "quantity": "5",
             "asset": "USD", "occurred_at": "2026-01-05T11:59:00Z", "reference": "late"}
        ]') as r
    ),
    'rejected 23U05', 'a_feed_is_told'
);
select is(
    (
        select count(*) from utl.rejected_fills as r
        where r.sqlstate = '23U05'
    ),
    1::bigint, 'and_what_it_sent_is_kept'
);

-- Or somebody decides that it belongs to the period that is open.
select lives_ok(
    $$
        select utl.record_interest(
            'desk', 'main', 3, 'USD', occurred_at => '2026-01-05 12:00Z', reference => 'moved',
            reason => 'of the period before'
        )
    $$,
    'at_the_end_of_the_period_it_is_booked'
);
select is(pg_temp.interest('desk'), 10::numeric, 'and_counts_in_the_open_one');
select utl.reopen_period('desk', '2026-01-05 11:30Z');
select utl.retry_rejected_fills();
select is(pg_temp.interest('desk'), 15::numeric, 'once_it_is_open_again_what_was_kept_is_booked');
select is(audit(), 'sound', 'all_checks_hold');

select * from finish();
rollback;
