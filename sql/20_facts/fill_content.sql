create or replace function utl_private.fill_content(fill utl_private.incoming_fill)
returns jsonb
language sql
immutable
parallel safe
as $fill_content$
    select jsonb_strip_nulls(to_jsonb(fill)) - array['place', 'source', 'line', 'raw', 'problem']
$fill_content$;

comment on function utl_private.fill_content(utl_private.incoming_fill) is
'What a row says, by the names of its columns.';
