create or replace function utl_private.direct_rates(
    asset_ids integer[], to_asset_ids integer[], times timestamptz[]
)
returns table (
    asset_id integer, to_asset_id integer, at timestamptz, numerator numeric, denominator numeric,
    price_at timestamptz
)
language plpgsql
stable
set enable_hashjoin = off               -- each time looks its price up in an index
set enable_mergejoin = off
set enable_nestloop = on
set enable_seqscan = off
as $direct_rates$
declare
    _max_age interval := (select s.price_max_age from utl_private.settings as s);
begin
    return query
    with lines as materialized (
        select distinct
            w.from_id, w.to_id, w.at, w.at - _max_age as since,
            l.instrument_id, l.base_asset_id, l.quote_asset_id, l.source
        from unnest(asset_ids, to_asset_ids, times) as w (from_id, to_id, at)
        cross join lateral (
            values (w.from_id, w.to_id), (w.to_id, w.from_id)
        ) as p (base_asset_id, quote_asset_id)
        inner join utl_private.latest_prices as l using (base_asset_id, quote_asset_id)
    ),

    found as (
        select n.*, p.at as price_at, p.price_id, utl_private.mid_price(p.bid, p.ask, p.mark) as mid
        from lines as n
        cross join lateral (
            select f.at, f.price_id, f.bid, f.ask, f.mark
            from utl.prices as f
            where
                f.instrument_id = n.instrument_id and f.source = n.source
                and f.at between n.since and n.at
            order by f.at desc, f.price_id desc
            limit 1
        ) as p
        where n.instrument_id <> 0
        union all
        select n.*, p.at, p.price_id, utl_private.mid_price(p.bid, p.ask, p.mark)
        from lines as n
        cross join lateral (
            select f.at, f.price_id, f.bid, f.ask, f.mark
            from utl.prices as f
            where
                f.instrument_id is null and f.source = n.source
                and f.base_asset_id = n.base_asset_id and f.quote_asset_id = n.quote_asset_id
                and f.at between n.since and n.at
            order by f.at desc, f.price_id desc
            limit 1
        ) as p
        where n.instrument_id = 0
    )

    select distinct on (f.from_id, f.to_id, f.at)
        f.from_id, f.to_id, f.at,
        case when f.from_id = f.base_asset_id then f.mid else 1 end,
        case when f.from_id = f.base_asset_id then 1 else f.mid end,
        f.price_at
    from found as f
    where f.mid > 0
    order by f.from_id asc, f.to_id asc, f.at asc, f.price_at desc, f.price_id desc;
end
$direct_rates$;

comment on function utl_private.direct_rates(integer[], integer[], timestamptz[]) is
'The rates of the n-th of some assets in the n-th of others at the n-th of some times, as numerator
÷ denominator, where one fresh price says so; where there is such a one, utl_private.rates_to says
the same. No row elsewhere.';
