create or replace function utl_private.read_prices(prices jsonb, source text)
returns utl_private.checked_price[]
language plpgsql
as $read_prices$
declare
    _names constant text[] := array[
        'instrument', 'base', 'quote', 'source', 'bid', 'ask', 'mark', 'delta', 'at',
        'line'
    ];
    _checked utl_private.checked_price[];
begin
    with objects as (
        select
            r.place,
            c.price,
            case
                when jsonb_typeof(r.raw) <> 'object'
                    then 'not a JSON object but ' || jsonb_typeof(r.raw)
                when c.price - _names <> '{}'
                    then 'unknown keys: ' || (
                        select string_agg(quote_literal(k.name), ', ' order by k.name)
                        from jsonb_object_keys(c.price - _names) as k (name)
                    )
            end as problem,
            utl_private.price_flaw(c.price) as flaw,
            utl_private.read_time(c.price ->> 'at') as read_at
        from jsonb_array_elements(prices) with ordinality as r (raw, place)
        cross join lateral utl_private.json_price(r.raw, read_prices.source) as c (price)
    )

    select array_agg((
        o.place,
        case
            when o.price ->> 'line' ~ '^[0-9]{1,18}$' then (o.price ->> 'line')::bigint
            else o.place
        end,
        case when o.problem is not null then '22U04' else n.sqlstate end,
        coalesce(o.problem, n.reason),
        i.instrument_id, b.asset_id, q.asset_id, o.price ->> 'source',
        n.bid, n.ask, n.mark, o.read_at, n.delta
    )::utl_private.checked_price order by o.place)
    into _checked
    from objects as o
    left join utl_private.instruments as i on o.price ->> 'instrument' = i.instrument
    left join utl_private.assets as b on o.price ->> 'base' = b.asset
    left join utl_private.assets as q on o.price ->> 'quote' = q.asset
    cross join lateral utl_private.judge_price(
        o.price, coalesce(o.problem, o.flaw), o.read_at, i.kind, b.asset, q.asset,
        jsonb_array_length(prices) <= 100
    ) as n;
    return _checked;
end
$read_prices$;

comment on function utl_private.read_prices(jsonb, text) is
'Reads rows: text becomes numbers and times, names become ids. A row that cannot be a price comes
out with SQLSTATE and reason: 22U04 it cannot be read; see utl_private.judge_price for the others.';
