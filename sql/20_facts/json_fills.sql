create or replace function utl_private.json_fills(
    fills jsonb, source text, book text, account text, zone text
)
returns utl_private.incoming_fill[]
language plpgsql
as $json_fills$
begin
    if jsonb_typeof(fills) is distinct from 'array' then
        raise exception 'fills come as a JSON array of objects, not as %',
            coalesce(jsonb_typeof(fills), 'null')
        using
            errcode = '22U04',
            detail = 'No fill was recorded.',
            hint = 'Put even a single fill between [ and ].';
    end if;
    return array(
        select (
            f.place,
            source,
            case
                when f.fill ->> 'line' ~ '^[0-9]{1,18}$' then (f.fill ->> 'line')::bigint
                else f.place
            end,
            case
                when jsonb_typeof(f.fill) <> 'object' then f.fill::text
                else coalesce(f.fill ->> 'raw', (f.fill - 'line')::text)
            end,
            utl_private.json_problem(f.fill),
            coalesce(nullif(btrim(f.fill ->> 'book'), ''), book),
            coalesce(nullif(btrim(f.fill ->> 'account'), ''), account),
            nullif(btrim(f.fill ->> 'instrument'), ''),
            nullif(btrim(f.fill ->> 'venue_fill_id'), ''),
            nullif(btrim(f.fill ->> 'side'), ''),
            nullif(btrim(f.fill ->> 'quantity'), ''),
            nullif(btrim(f.fill ->> 'price'), ''),
            utl_private.with_zone(nullif(btrim(f.fill ->> 'executed_at'), ''), zone),
            nullif(btrim(f.fill ->> 'fee'), ''),
            nullif(btrim(f.fill ->> 'fee_asset'), ''),
            nullif(btrim(f.fill ->> 'sequence'), ''),
            nullif(btrim(f.fill ->> 'liquidity'), ''),
            nullif(btrim(f.fill ->> 'venue_order_id'), '')
        )::utl_private.incoming_fill
        from jsonb_array_elements(fills) with ordinality as f (fill, place)
        order by f.place
    );
end
$json_fills$;

comment on function utl_private.json_fills(jsonb, text, text, text, text) is
'The rows of a JSON array. Blanks around a value do not count, and an empty value is none.';
