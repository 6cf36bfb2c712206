create or replace function utl_private.defer_legs(legs refcursor)
returns void
language plpgsql
as $defer_legs$
declare
    _deferral bigint := nextval('utl_private.deferrals');
    _legs utl_private.leg[] := utl_private.fetched_legs(legs);
begin
    insert into utl_private.deferred_legs (
        position_id, deferral, effective_at, sequence, fill_id, book_id,
        quantity, amount, fee, rank
    )
    select
        l.position_id, _deferral, l.effective_at, l.sequence, l.fill_id, l.book_id,
        l.quantity, l.amount, l.fee, l.rank
    from unnest(_legs) as l;
end
$defer_legs$;

comment on function utl_private.defer_legs(refcursor) is
'Keeps the legs of a costing that is being built until its history is there.';
