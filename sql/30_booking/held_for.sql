create or replace function utl_private.held_for(fill utl.fills)
returns utl_private.position_terms[]
language plpgsql
as $held_for$
declare
    _held utl_private.position_terms[];
begin
    perform pg_advisory_xact_lock_shared(
        'utl_private.books'::regclass::oid::integer, fill.book_id
    );
    if utl_private.is_moving(fill.book_id) then
        return null;
    end if;
    with known as (
        select
            t.*,
            p.position_id,
            p.position_id is not null
            and (
                not p.has_transactions or not t.by_arrival and utl_private.is_after_transactions(
                    t.book_id, t.instrument_id, fill.executed_at
                )
            )
            and t.basis = 'instrument' and t.family <> 'deferred'
            and t.starts_at = '-infinity' and t.ends_at = 'infinity'
            and fill.executed_at >= t.closed_up_to as is_plain
        from utl_private.booking_terms as t
        left join lateral utl_private.position_of(
            t.book_id, t.costing_id, t.instrument_id,
            case when t.by_account then fill.account_id else 0 end
        ) as p on true
        where t.book_id = fill.book_id and t.instrument_id = fill.instrument_id
    ),

    plain as (
        select array_agg(k.position_id) as position_ids
        from known as k
        having
            bool_and(k.is_plain)
            and count(*) = (
                select count(*) from utl_private.costings as c where c.book_id = fill.book_id
            )
            and not exists (
                select
                from utl_private.pending_corrections as c
                where c.account_id = fill.account_id and c.venue_fill_id = fill.venue_fill_id
            )
    ),

    locked as (
        select p.*
        from utl_private.positions as p
        where p.position_id = any((select n.position_ids from plain as n)::bigint[])
        order by p.position_id
        for update
    )

    select array_agg(row(
        l.position_id, l.book_id, l.costing_id, l.account_id, l.instrument_id,
        k.method, utl_private.family_of(k.method, l.has_transactions), k.capitalizes_fees,
        k.ranks_with_fees, k.by_arrival, k.multiplier, k.is_inverse, k.cost_asset_id, l.quantity,
        l.cost, l.realized_pnl, l.fees, l.opened_at, l.last_effective_at, l.last_sequence,
        l.last_fill_id, k.closed_up_to, k.starts_at, k.ends_at, k.coin_asset_id, l.has_transactions
    )::utl_private.position_terms)
    into _held
    from locked as l
    inner join known as k on l.position_id = k.position_id;
    return _held;
end
$held_for$;

comment on function utl_private.held_for(utl.fills) is
'Locks the positions of one fill, in the order of their ids, and returns them with their terms and
state; null, and nothing is locked, if the fill takes more than a leg at the end of each: if one is
missing, is being built or starts later, if the fill is of a closed period, corrected already, or
older than a transaction that moved a position, or beside one that is being booked, or if the book
keeps inventories.';
