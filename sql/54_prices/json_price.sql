create or replace function utl_private.json_price(price jsonb, source text)
returns jsonb
language sql
immutable
parallel safe
as $json_price$
    select coalesce(jsonb_object_agg(k.name, btrim(k.written)), '{}')
    from jsonb_each_text(
        case jsonb_typeof(price)
            when 'object' then jsonb_build_object('source', json_price.source)
                || jsonb_strip_nulls(price)
            else '{}'
        end
    ) as k (name, written)
    where k.written ~ '\S'
$json_price$;

comment on function utl_private.json_price(jsonb, text) is
'A price as it came, as an object of texts. Blanks around a value do not count, and an empty value
is none; a source stands in where it has none.';
