create or replace function utl_private.keep_latest_prices()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $keep_latest_prices$
declare
    _impossible record;
begin
    select p::utl.prices as price, i.kind into _impossible
    from new_prices as p
    left join utl_private.instruments as i on p.instrument_id = i.instrument_id
    left join utl_private.assets as b on p.base_asset_id = b.asset_id
    left join utl_private.assets as q on p.quote_asset_id = q.asset_id
    where
        (p.instrument_id is not null and i.instrument_id is null)
        or (p.instrument_id is null and (b.asset_id is null or q.asset_id is null))
        or (utl_private.needs_positive_price(i.kind) and least(p.bid, p.ask, p.mark) <= 0)
        or (p.delta is not null and i.kind <> 'option')
        or utl_private.is_ahead(p.at)
    limit 1;
    if found then
        perform utl_private.refuse_price(_impossible.price, _impossible.kind);
    end if;

    -- In order of the key, so that two statements do not wait for each other.
    insert into utl_private.latest_prices as l (
        instrument_id, base_asset_id, quote_asset_id, source,
        price_id, at, recorded_at, bid, ask, mark, delta
    )
    select distinct on (k.instrument_id, p.source, k.base_asset_id, k.quote_asset_id)
        k.instrument_id, k.base_asset_id, k.quote_asset_id, p.source,
        p.price_id, p.at, p.recorded_at, p.bid, p.ask, p.mark, p.delta
    from new_prices as p
    left join utl_private.instruments as i on p.instrument_id = i.instrument_id
    cross join lateral utl_private.as_line(p, i) as k
    order by
        k.instrument_id asc, p.source asc, k.base_asset_id asc, k.quote_asset_id asc,
        p.at desc, p.price_id desc
    on conflict (instrument_id, source, base_asset_id, quote_asset_id) do update
        set
            price_id = excluded.price_id,
            at = excluded.at,
            recorded_at = excluded.recorded_at,
            bid = excluded.bid,
            ask = excluded.ask,
            mark = excluded.mark,
            delta = excluded.delta
        where (l.at, l.price_id) < (excluded.at, excluded.price_id);
    return null;
end
$keep_latest_prices$;

comment on function utl_private.keep_latest_prices() is
'Trigger on utl.prices, once a statement: refuse what cannot be a price, and keep the newest of each
thing and source. A price that is older than the one kept changes nothing.';

create or replace trigger t30_keep_latest_prices
after insert on utl.prices
referencing new table as new_prices
for each statement execute function utl_private.keep_latest_prices();
