create or replace function utl_private.held_positions(positions bigint[], deferred bigint[])
returns utl_private.position_terms[]
language plpgsql
as $held_positions$
declare
    _held utl_private.position_terms[];
begin
    with locked as (
        select p.*
        from utl_private.positions as p
        where p.position_id = any(positions)
        order by p.position_id
        for update
    )

    select coalesce(array_agg(row(
        l.position_id, l.book_id, l.costing_id, l.account_id, l.instrument_id,
        t.method,
        utl_private.family_of(t.method, l.has_transactions),
        t.capitalizes_fees, t.ranks_with_fees, t.by_arrival, t.multiplier,
        t.is_inverse, t.cost_asset_id, l.quantity, l.cost, l.realized_pnl, l.fees, l.opened_at,
        l.last_effective_at, l.last_sequence, l.last_fill_id,
        t.closed_up_to, t.starts_at, t.ends_at, t.coin_asset_id, l.has_transactions
    )::utl_private.position_terms), '{}') into _held
    from locked as l
    inner join utl_private.booking_terms as t
        on
            l.book_id = t.book_id and l.costing_id = t.costing_id
            and l.instrument_id = t.instrument_id;
    if deferred is not null then
        _held := _held || array(
            select d from utl_private.position_terms as d where d.position_id = any(deferred)
        );
    end if;
    return _held;
end
$held_positions$;

comment on function utl_private.held_positions(bigint[], bigint[]) is
'Locks positions in the order of their ids, so that sessions cannot deadlock, and returns them with
their terms and state: a locked row is read as the session before left it. Deferred positions, of
costings that are being built, are returned without a lock: they are not booked yet.';
