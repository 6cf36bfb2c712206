create or replace function utl_private.json_facts(
    facts jsonb, source text, defaults jsonb, zone text
)
returns utl_private.incoming_fact[]
language plpgsql
as $json_facts$
begin
    if jsonb_typeof(facts) is distinct from 'array' then
        raise exception 'facts come as a JSON array of objects, not as %',
            coalesce(jsonb_typeof(facts), 'null')
        using
            errcode = '22U04',
            detail = 'Nothing was recorded.',
            hint = 'Put even a single one between [ and ].';
    end if;
    return array(
        select (
            r.place, source, r.line,
            row_number() over (partition by r.line, md5(r.raw) order by r.place),
            r.raw,
            case
                when jsonb_typeof(r.fact) <> 'object'
                    then 'not a JSON object but ' || jsonb_typeof(r.fact)
                else r.fact ->> 'problem'
            end,
            case
                when jsonb_typeof(r.fact) = 'object'
                    then utl_private.said_by(r.fact, defaults, zone)
            end
        )::utl_private.incoming_fact
        from (
            select
                f.fact, f.place,
                case
                    when f.fact ->> 'line' ~ '^[0-9]{1,18}$' then (f.fact ->> 'line')::bigint
                    else f.place
                end as line,
                case
                    when jsonb_typeof(f.fact) <> 'object' then f.fact::text
                    else coalesce(f.fact ->> 'raw', (f.fact - 'line')::text)
                end as raw
            from jsonb_array_elements(facts) with ordinality as f (fact, place)
        ) as r
        order by r.place
    );
end
$json_facts$;

comment on function utl_private.json_facts(jsonb, text, jsonb, text) is
'Transactions or lines of statements of a JSON array, with defaults where they say nothing. 22U04:
it is no array.';
