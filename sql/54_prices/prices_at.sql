create or replace function utl_private.prices_at(
    instrument_ids integer[], at timestamptz, of_source text default null
)
returns table (
    instrument_id integer, bid numeric, ask numeric, mark numeric, price_at timestamptz,
    source text, delta numeric
)
language sql
stable
as $prices_at$
    select distinct on (l.instrument_id)
        l.instrument_id, l.bid, l.ask, l.mark, l.at, l.source, l.delta
    from utl_private.lines_at(
        array(
            select n::utl_private.latest_prices
            from unnest(instrument_ids) as a (instrument_id)
            inner join utl_private.latest_prices as n on a.instrument_id = n.instrument_id
            where a.instrument_id > 0 and (of_source is null or n.source = of_source)
        ),
        prices_at.at
    ) as l
    order by l.instrument_id asc, l.at desc, l.price_id desc
$prices_at$;

comment on function utl_private.prices_at(integer[], timestamptz, text) is
'The prices of instruments at a time, infinity being now: of several sources the newest, and of one
time what was recorded last. No row for an instrument that had no price by then.';
