create or replace function utl_private.past_lines(
    lines utl_private.latest_prices[], since timestamptz, at timestamptz
)
returns setof utl_private.latest_prices
language plpgsql
stable
set enable_nestloop = on        -- each line looks its price up in an index
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $past_lines$
begin
    return query
    select
        l.instrument_id, l.base_asset_id, l.quote_asset_id, l.source,
        p.price_id, p.at, p.recorded_at, p.bid, p.ask, p.mark, p.delta
    from unnest(lines) as l
    cross join lateral (
        select f.* from utl.prices as f
        where
            f.instrument_id = l.instrument_id
            and f.source = l.source
            and f.at between since and past_lines.at
        order by f.at desc, f.price_id desc
        limit 1
    ) as p
    where l.instrument_id <> 0;

    return query
    select
        l.instrument_id, l.base_asset_id, l.quote_asset_id, l.source,
        p.price_id, p.at, p.recorded_at, p.bid, p.ask, p.mark, p.delta
    from unnest(lines) as l
    cross join lateral (
        select f.* from utl.prices as f
        where
            f.instrument_id is null
            and f.base_asset_id = l.base_asset_id
            and f.quote_asset_id = l.quote_asset_id
            and f.source = l.source
            and f.at between since and past_lines.at
        order by f.at desc, f.price_id desc
        limit 1
    ) as p
    where l.instrument_id = 0;
end
$past_lines$;

comment on function utl_private.past_lines(
    utl_private.latest_prices[], timestamptz, timestamptz
) is
'The last price from a time up to another of what each line of latest_prices is about, by its
source: by the indexes prices_of_instruments and prices_of_pairs, in the partitions between the two
times and the default one. None for a line without a price between them.';
