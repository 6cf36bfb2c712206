create or replace function utl_private.lock_positions(touched utl_private.touched[])
returns utl_private.position_terms[]
language plpgsql
as $lock_positions$
declare
    _positions bigint[];
    _held utl_private.position_terms[];
    _is_unknown boolean;
    _is_missing boolean;
    _has_other_fees boolean;
begin
    loop
        select
            array_agg(distinct p.position_id),
            bool_or(
                a.account_id is null or b.costing_id is null
                or (t.fee_asset_id is not null and f.asset_id is null)
            ),
            bool_or(p.position_id is null),
            bool_or(t.fee <> 0 and t.fee_asset_id is distinct from b.cost_asset_id)
        into _positions, _is_unknown, _is_missing, _has_other_fees
        from unnest(touched) as t
        left join utl_private.accounts as a on t.account_id = a.account_id
        left join utl_private.assets as f on t.fee_asset_id = f.asset_id
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

    perform
    from utl_private.positions as p
    where p.position_id = any(_positions)
    order by p.position_id
    for update;
    select array_agg(h) into _held
    from utl_private.position_terms as h
    where h.position_id = any(_positions);
    if _has_other_fees then
        perform utl_private.add_other_fees(touched, _held);
    end if;
    return _held;
end
$lock_positions$;

comment on function utl_private.lock_positions(utl_private.touched[]) is
'Makes the positions that are missing, in the order of their keys, then locks all that are touched, in
the order of their ids: sessions that lock in one order cannot deadlock. Only then, by a statement of
its own, their state is read: so each session sees what the one before it left. 23U01: a fill refers to
a book, account, instrument or asset that is not there.';
