create or replace function utl_private.rate_steps(
    from_asset_ids integer[], to_asset_ids integer[], at timestamptz, since timestamptz
)
returns setof utl_private.rate_path
language sql
stable
as $rate_steps$
    with steps (from_id, to_id, price, is_inverted, at, price_id) as (
        select
            l.base_asset_id, l.quote_asset_id,
            utl_private.mid_price(l.bid, l.ask, l.mark), false, l.at, l.price_id
        from utl_private.lines_at(
            array(
                select n::utl_private.latest_prices
                from unnest(from_asset_ids) as a (asset_id)
                inner join utl_private.latest_prices as n on a.asset_id = n.base_asset_id
                where n.base_asset_id <> 0 and n.quote_asset_id = any(to_asset_ids)
            ),
            rate_steps.at
        ) as l
        union all
        select
            l.quote_asset_id, l.base_asset_id,
            utl_private.mid_price(l.bid, l.ask, l.mark), true, l.at, l.price_id
        from utl_private.lines_at(
            array(
                select n::utl_private.latest_prices
                from unnest(from_asset_ids) as a (asset_id)
                inner join utl_private.latest_prices as n on a.asset_id = n.quote_asset_id
                where n.base_asset_id <> 0 and n.base_asset_id = any(to_asset_ids)
            ),
            rate_steps.at
        ) as l
    )

    select distinct on (s.from_id, s.to_id)
        s.from_id, s.to_id,
        case when s.is_inverted then 1 else s.price end,
        case when s.is_inverted then s.price else 1 end,
        s.at, array[s.from_id, s.to_id]
    from steps as s
    where s.at >= since and s.price > 0 and s.from_id <> s.to_id
    order by s.from_id asc, s.to_id asc, s.at desc, s.price_id desc
$rate_steps$;

comment on function utl_private.rate_steps(integer[], integer[], timestamptz, timestamptz) is
'The rates at a time from some assets to some others, directly or inverted, from prices since a
time: of each two assets the newest price, whoever gave it, and of one time what was recorded last.
A price of 0 or below, which fx may have, is no rate.';
