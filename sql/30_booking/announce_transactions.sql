create or replace function utl_private.announce_transactions(touched utl_private.touched[])
returns void
language sql
as $announce_transactions$
    select pg_catalog.pg_advisory_xact_lock_shared(
        'utl_private.positions'::regclass::oid::integer, b.book_id
    )
    from (select distinct t.book_id from unnest(touched) as t) as b
$announce_transactions$;

comment on function utl_private.announce_transactions(utl_private.touched[]) is
'Says, before any position is locked, that transactions of these books are about to be booked, until
they are committed: see is_moving. It waits for nobody, except for who is just asking.';
