create or replace function utl_private.json_problem(fill jsonb)
returns text
language sql
immutable
parallel safe
as $json_problem$
    select case
        when jsonb_typeof(fill) <> 'object' then 'not a JSON object but ' || jsonb_typeof(fill)
        when fill ? 'problem' then fill ->> 'problem'
        when fill - utl_private.fill_columns() - array['line', 'raw'] <> '{}'
            then (
                select 'unknown keys: ' || string_agg(quote_literal(k.key), ', ' order by k.key)
                from jsonb_object_keys(
                    fill - utl_private.fill_columns() - array['line', 'raw']
                ) as k (key)
            )
    end
$json_problem$;

comment on function utl_private.json_problem(jsonb) is
'Why a JSON value cannot be read as a fill; null if it can. A key that is not known may be a
misspelt one, so it is not passed over; "problem" is a reader''s own reason.';
