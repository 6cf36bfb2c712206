create or replace function utl_private.insert_transactions(
    checked utl_private.checked_transaction[]
)
returns void
language sql
as $insert_transactions$
    insert into utl.transactions (
        transaction_id, occurred_at, sequence, book_id, account_id, instrument_id, asset_id,
        fee_asset_id, to_book_id, to_account_id, to_instrument_id, kind, quantity, amount, price,
        fee, to_quantity, opened_at, reference, reason
    )
    select
        c.fact_id, t.occurred_at, t.sequence, t.book_id, t.account_id, t.instrument_id, t.asset_id,
        t.fee_asset_id, t.to_book_id, t.to_account_id, t.to_instrument_id, t.kind, t.quantity,
        t.amount, t.price, t.fee, t.to_quantity, t.opened_at, t.reference, t.reason
    from unnest(checked) as c
    cross join lateral (select (c.transaction).*) as t
    where c.outcome = 'booked'
    order by c.fact_id
$insert_transactions$;

comment on function utl_private.insert_transactions(utl_private.checked_transaction[]) is
'Records those that are new, in one statement.';
