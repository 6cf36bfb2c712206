create or replace function utl_private.book_fills()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $book_fills$
declare
    _fills bigint;
    _fill utl.fills;
    _touched utl_private.touched[];
    _pending utl.fills[];
    _held utl_private.position_terms[];
    _apart bigint[];
    _has_inventories boolean;
    _family text;
    _nestloop text := current_setting('enable_nestloop');
    _legs refcursor;
begin
    insert into utl_private.fill_keys
    select f.fill_id, f.executed_at, f.account_id, f.venue_fill_id, utl_private.fill_digest(f)
    from new_fills as f
    order by f.account_id, f.venue_fill_id;
    get diagnostics _fills = row_count;
    if _fills = 1 then
        _fill := (select f::utl.fills from new_fills as f);
        _held := utl_private.held_for(_fill);
    end if;
    if _fills = 0 or _held is not null and utl_private.book_fill(_fill, _held) then
        return null;
    end if;
    select
        array_agg(t::utl_private.touched),
        (
            select array_agg(f::utl.fills)
            from new_fills as f
            inner join utl_private.pending_corrections as p
                on f.account_id = p.account_id and f.venue_fill_id = p.venue_fill_id
        ),
        bool_or(t.book_id in (
            select c.book_id from utl_private.costings as c where c.basis = 'asset'
        ))
    into _touched, _pending, _has_inventories
    from (
        select
            f.book_id, f.account_id, f.instrument_id, f.fee_asset_id, sum(f.fee) as fee,
            min(f.executed_at) as first_at, max(f.executed_at) as last_at,
            sum(utl_private.coin_fee(f, f.fee_asset_id) * f.price) as fee_at_price,
            sum(utl_private.signed_quantity(f.side, f.quantity)) as quantity,
            sum(utl_private.signed_quantity(f.side, f.quantity) * f.price) as notional,
            null::timestamptz as recorded_at, null::bigint as sequence, null::bigint as fact_id
        from new_fills as f
        group by f.book_id, f.account_id, f.instrument_id, f.fee_asset_id
    ) as t;
    _held := utl_private.lock_positions(_touched, case when _held is not null then false end);
    _apart := utl_private.positions_apart(_held, _touched);
    foreach _family in array utl_private.families_of(_held) loop
        -- The plan is kept: made for few fills, it would go through all positions for each of many.
        perform set_config('enable_nestloop', 'off', true);
        open _legs no scroll for
            select l.*
            from new_fills as f
            inner join unnest(_held) as h using (book_id, instrument_id)
            cross join lateral utl_private.fill_leg(f, h) as l
            where
                h.family = _family and h.account_id in (0, f.account_id)
                and h.position_id <> all(_apart)
            order by l.position_id, l.effective_at, l.sequence, l.fill_id;
        perform set_config('enable_nestloop', _nestloop, true);
        _apart := _apart || utl_private.book_legs(_legs, _family);
        close _legs;
    end loop;
    if cardinality(_apart) > 0 or _has_inventories or utl_private.is_closed(_held, _touched) then
        perform utl_private.book_apart(
            array(select f::utl.fills from new_fills as f), _held, _apart
        );
    end if;
    if _has_inventories then
        perform utl_private.book_inventories(
            null, array(select f::utl.fills from new_fills as f), null, null, 'late fill', null
        );
    end if;
    perform utl_private.apply_pending(_pending);
    return null;
end
$book_fills$;

comment on function utl_private.book_fills() is
'Trigger on utl.fills, once a statement: remember the keys, lock the positions, fold what is in
order, then see to what is not. A fill that comes alone mostly takes the short way of book_fill.';

create or replace trigger t30_book_fills
after insert on utl.fills
referencing new table as new_fills
for each statement execute function utl_private.book_fills();
