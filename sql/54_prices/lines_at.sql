create or replace function utl_private.lines_at(
    lines utl_private.latest_prices[], at timestamptz
)
returns setof utl_private.latest_prices
language plpgsql
stable
set enable_nestloop = off               -- the planner takes every array to be a short one
as $lines_at$
declare
    _past utl_private.latest_prices[] := array(
        select l::utl_private.latest_prices from unnest(lines) as l where l.at > lines_at.at
    );
    _found utl_private.latest_prices[];
    _since timestamptz;
begin
    return query
    select l.* from unnest(lines) as l where l.at <= lines_at.at;

    -- First where nearly all are found: to look into each month there is would take much longer.
    foreach _since in array array[at - interval '7 days', '-infinity'] loop
        exit when cardinality(_past) = 0;
        _found := array(
            select f::utl_private.latest_prices
            from utl_private.past_lines(_past, _since, at) as f
        );
        return query
        select f.* from unnest(_found) as f;
        _past := array(
            select l::utl_private.latest_prices
            from unnest(_past) as l
            left join unnest(_found) as f
                on
                    l.instrument_id = f.instrument_id
                    and l.source = f.source
                    and l.base_asset_id = f.base_asset_id
                    and l.quote_asset_id = f.quote_asset_id
            where f.instrument_id is null
        );
    end loop;
end
$lines_at$;

comment on function utl_private.lines_at(utl_private.latest_prices[], timestamptz) is
'Lines of latest_prices as they were at a time: as they are, if that was so by then, else read from
the facts. None for a line that had no price yet.';
