create or replace function utl_private.lock_positions(touched utl_private.touched[])
returns utl_private.position_terms[]
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $lock_positions$
declare
    _positions bigint[];
    _is_unknown boolean;
    _is_missing boolean;
    _has_other_fees boolean;
    _held utl_private.position_terms[];
begin
    loop
        select
            array_agg(distinct p.position_id),
            bool_or(
                b.costing_id is null
                or not exists (
                    select from utl_private.accounts as a where a.account_id = t.account_id
                )
                or (t.fee_asset_id is not null and not exists (
                    select from utl_private.assets as f where f.asset_id = t.fee_asset_id
                ))
            ),
            bool_or(p.position_id is null),
            bool_or(t.fee <> 0 and t.fee_asset_id is distinct from b.cost_asset_id)
        into _positions, _is_unknown, _is_missing, _has_other_fees
        from unnest(touched) as t
        left join utl_private.booking_terms as b
            on t.book_id = b.book_id and t.instrument_id = b.instrument_id
        left join utl_private.positions as p
            on
                b.book_id = p.book_id
                and b.costing_id = p.costing_id
                and p.account_id = case when b.by_account then t.account_id else 0 end
                and b.instrument_id = p.instrument_id;
        if _is_unknown then
            perform utl_private.refuse_unknown(touched);
        end if;
        exit when not _is_missing;
        perform utl_private.add_positions(touched);
    end loop;

    with locked as (
        select p.*
        from utl_private.positions as p
        where p.position_id = any(_positions)
        order by p.position_id
        for update
    )

    select array_agg(row(
        l.position_id, l.book_id, l.costing_id, l.account_id, l.instrument_id,
        t.method, t.family, t.capitalizes_fees, t.ranks_with_fees, t.by_arrival, t.multiplier,
        t.is_inverse, t.cost_asset_id, l.quantity, l.cost, l.realized_pnl, l.fees, l.opened_at,
        l.last_effective_at, l.last_sequence, l.last_fill_id
    )::utl_private.position_terms) into _held
    from locked as l
    inner join utl_private.booking_terms as t
        on
            l.book_id = t.book_id and l.costing_id = t.costing_id
            and l.instrument_id = t.instrument_id;
    if _has_other_fees then
        perform utl_private.add_other_fees(touched, _held);
    end if;
    return _held;
end
$lock_positions$;

comment on function utl_private.lock_positions(utl_private.touched[]) is
'Makes the positions that are missing, in the order of their keys, and only then locks all that are
touched, in the order of their ids: sessions that lock in one order cannot deadlock. A locked row is
read as the session before left it. Returns the positions with their terms and state. 23U01: a fill
refers to a book, account, instrument or asset that is not there.';
