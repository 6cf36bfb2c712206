create or replace function utl_private.rates_between(
    from_asset_ids integer[], to_asset_ids integer[], at timestamptz
)
returns table (
    from_asset_id integer, to_asset_id integer, rate numeric, price_at timestamptz,
    is_stale boolean
)
language sql
stable
rows 10
as $rates_between$
    with pairs as (
        select distinct p.from_id, p.to_id
        from unnest(from_asset_ids, to_asset_ids) as p (from_id, to_id)
        where p.from_id > 0 and p.to_id > 0
    ),

    -- Few fees have to be known in many currencies, and many currencies in few: what has the most
    -- on the other side is looked up once.
    counted as (
        select
            p.from_id, p.to_id,
            count(*) over (partition by p.from_id) > count(*) over (partition by p.to_id) as is_from
        from pairs as p
        where p.from_id <> p.to_id
    ),

    asked as (
        select array_agg(c.from_id) as from_ids, array[c.to_id] as to_ids
        from counted as c
        where not c.is_from
        group by c.to_id
        union all
        select array[c.from_id], array_agg(c.to_id)
        from counted as c
        where c.is_from
        group by c.from_id
    )

    select r.asset_id, r.to_asset_id, r.rate, r.price_at, r.is_stale
    from asked as a
    cross join lateral utl_private.rates_to(a.from_ids, a.to_ids, rates_between.at) as r
    union all
    select p.from_id, p.to_id, 1::numeric, null::timestamptz, false
    from pairs as p
    where p.from_id = p.to_id
$rates_between$;

comment on function utl_private.rates_between(integer[], integer[], timestamptz) is
'The rates at a time from the n-th of some assets to the n-th of others, infinity being now; no row
where there is no rate.';
