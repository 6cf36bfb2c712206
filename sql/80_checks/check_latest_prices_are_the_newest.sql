create or replace view utl_private.check_latest_prices_are_the_newest as
with newest as (
    select distinct on (k.instrument_id, p.source, k.base_asset_id, k.quote_asset_id)
        k.instrument_id, k.base_asset_id, k.quote_asset_id, p.source,
        p.price_id, p.at, p.recorded_at, p.bid, p.ask, p.mark, p.delta
    from utl.prices as p
    left join utl_private.instruments as i on p.instrument_id = i.instrument_id
    cross join lateral utl_private.as_line(p, i.*) as k
    order by
        k.instrument_id asc, p.source asc, k.base_asset_id asc, k.quote_asset_id asc,
        p.at desc, p.price_id desc
)

select
    coalesce(n.instrument_id, l.instrument_id) as instrument_id,
    coalesce(n.base_asset_id, l.base_asset_id) as base_asset_id,
    coalesce(n.quote_asset_id, l.quote_asset_id) as quote_asset_id,
    coalesce(n.source, l.source) as source
from newest as n
full join utl_private.latest_prices as l
    on
        n.instrument_id = l.instrument_id
        and n.source = l.source
        and n.base_asset_id = l.base_asset_id
        and n.quote_asset_id = l.quote_asset_id
where
    (n.price_id, n.at, n.recorded_at, n.bid, n.ask, n.mark, n.delta)
    is distinct from (l.price_id, l.at, l.recorded_at, l.bid, l.ask, l.mark, l.delta)
    and not (n.price_id is null and utl_private.is_archived(l.at, 'prices'));

comment on view utl_private.check_latest_prices_are_the_newest is
'The latest prices are the newest of the facts';
