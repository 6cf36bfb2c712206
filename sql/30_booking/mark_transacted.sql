create or replace function utl_private.mark_transacted(touched utl_private.touched[])
returns void
language sql
as $mark_transacted$
    update utl_private.positions as p set has_transactions = true
    from unnest(touched) as t
    where
        p.book_id = t.book_id and p.instrument_id = t.instrument_id
        and p.account_id in (0, t.account_id) and not p.has_transactions
$mark_transacted$;

comment on function utl_private.mark_transacted(utl_private.touched[]) is
'Marks positions as ones that transactions, or choices of lots, concern.';
