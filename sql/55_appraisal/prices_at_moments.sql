create or replace function utl_private.prices_at_moments(
    instrument_ids integer[], moments timestamptz[]
)
returns table (
    valued_at timestamptz, instrument_id integer, bid numeric, ask numeric, mark numeric,
    price_at timestamptz, source text
)
language sql
stable
as $prices_at_moments$
    select m.valued_at, p.instrument_id, p.bid, p.ask, p.mark, p.price_at, p.source
    from unnest(moments) as m (valued_at)
    cross join lateral utl_private.prices_at(instrument_ids, m.valued_at) as p
    union all
    select m.valued_at, i.instrument_id, null, null, i.price, i.price_at, i.source
    from unnest(moments) as m (valued_at)
    cross join lateral utl_private.inventory_prices(
        array(select n.id from unnest(instrument_ids) as n (id) where n.id < 0), m.valued_at
    ) as i
$prices_at_moments$;

comment on function utl_private.prices_at_moments(integer[], timestamptz[]) is
'utl_private.prices_at of instruments, and utl_private.inventory_prices of inventories as their
marks, at each of some moments.';
