create or replace function utl_private.lines_at(
    lines utl_private.latest_prices[], at timestamptz
)
returns setof utl_private.latest_prices
language sql
stable
set enable_nestloop = on        -- each line looks its price up in an index
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $lines_at$
    select l.* from unnest(lines) as l where l.at <= lines_at.at
    union all
    select
        l.instrument_id, l.base_asset_id, l.quote_asset_id, l.source,
        p.price_id, p.at, p.recorded_at, p.bid, p.ask, p.mark, p.delta
    from unnest(lines) as l
    cross join lateral utl_private.last_price(l, lines_at.at) as p
    where l.at > lines_at.at
$lines_at$;

comment on function utl_private.lines_at(utl_private.latest_prices[], timestamptz) is
'Lines of latest_prices as they were at a time: as they are, if that was so by then, else read from
the facts. None for a line that had no price yet.';
