create or replace function utl.record_prices(prices jsonb, source text default null)
returns table (line bigint, outcome text, sqlstate text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_prices$
declare
    _checked utl_private.checked_price[];
begin
    if jsonb_typeof(prices) is distinct from 'array' then
        raise exception 'prices come as a JSON array of objects, not as %',
            coalesce(jsonb_typeof(prices), 'null')
        using
            errcode = '22U04',
            detail = 'No price was recorded.',
            hint = 'Put even a single price between [ and ].';
    end if;
    _checked := utl_private.read_prices(prices, source);
    insert into utl.prices (
        instrument_id, base_asset_id, quote_asset_id, source, bid, ask, mark, delta, at
    )
    select
        c.instrument_id, c.base_asset_id, c.quote_asset_id, c.source, c.bid, c.ask, c.mark,
        c.delta, c.at
    from unnest(_checked) as c
    where c.reason is null
    order by c.place;
    return query
    select
        c.line, case when c.reason is null then 'recorded' else 'rejected' end, c.sqlstate, c.reason
    from unnest(_checked) as c
    order by c.place;
end
$record_prices$;

comment on function utl.record_prices(jsonb, text) is
'Records prices from a JSON array of objects and returns one row for each: recorded; or rejected,
with SQLSTATE and reason, if it cannot be a price. Rejected rows are not kept: prices come again. A
bad row never stops the good ones. Keys, with names and not ids: instrument, or base and quote;
bid, ask and mark, at least one of them; delta, of an option; at (ISO 8601 with zone, or Unix
milliseconds); source, unless the argument gives one for all; optional line, to find the row again.
Numbers may be JSON strings. A price that is sent again is recorded again, and counts as the same.
22U04 if prices is not an array.';
