create or replace function utl_private.book_fill(
    fill utl.fills, held utl_private.position_terms[]
)
returns boolean
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $book_fill$
declare
    _position utl_private.position_terms;
    _family text;
    _legs refcursor;
    _parts utl_private.outcome[];
    _folded utl_private.outcome[];
    _part utl_private.outcome;
    _lots utl_private.open_lots[];
begin
    foreach _position in array held loop
        if _position.has_transactions       -- one may have come while the lock was waited for
            and not utl_private.is_after_transactions(
                fill.book_id, fill.instrument_id, fill.executed_at
            )
        then
            return false;
        end if;
    end loop;
    foreach _family in array utl_private.families_of(held) loop
        open _legs no scroll for
            select l.*
            from unnest(held) as h
            cross join lateral utl_private.fill_leg(fill, h) as l
            where h.family = _family
            order by l.position_id;
        _parts := array(
            select f::utl_private.outcome from utl_private.fold(_legs, _family) as f
        );
        close _legs;
        _folded := _folded || _parts;
        if _family <> 'average' then
            _lots := _lots || utl_private.lots_of(_parts);
        end if;
    end loop;
    foreach _part in array _folded loop
        if _part.is_late then
            return false;
        end if;
    end loop;
    update utl_private.flows as o
    set
        quantity = o.quantity + t.quantity, notional = o.notional + t.quantity * fill.price,
        received = o.received - fill.fee, at_price = o.at_price - t.coin_fee * fill.price
    from (
        select
            utl_private.signed_quantity(fill.side, fill.quantity),
            utl_private.coin_fee(fill, fill.fee_asset_id)
    ) as t (quantity, coin_fee)
    where
        o.book_id = fill.book_id and o.account_id = fill.account_id and o.kind = 'fill'
        and o.instrument_id = fill.instrument_id and o.asset_id = coalesce(fill.fee_asset_id, 0);
    if not found then                   -- the first of its kind: nobody knows its account yet
        return false;
    end if;
    perform utl_private.write_folded(_folded, _lots);
    return true;
end
$book_fill$;

comment on function utl_private.book_fill(utl.fills, utl_private.position_terms[]) is
'Books the only fill of a statement if it goes to the end of positions that are there: what most
fills do that come one by one. It does what lock_positions, add_flows and book_legs do, by
statements that cost a fraction to start. Returns whether it did; if not, nothing was written.';
