create or replace function utl_private.said_by(fact jsonb, defaults jsonb, zone text)
returns jsonb
language sql
immutable
parallel safe
as $said_by$
    select coalesce(defaults, '{}') || coalesce(
        jsonb_object_agg(
            k.key,
            case
                when k.key in ('occurred_at', 'opened_at', 'as_of')
                    then utl_private.with_zone(btrim(k.value), zone)
                else btrim(k.value)
            end
        ),
        '{}'
    )
    from jsonb_each_text(fact - array['line', 'raw', 'problem']) as k
    where btrim(k.value) <> ''
$said_by$;

comment on function utl_private.said_by(jsonb, jsonb, text) is
'What a row says, each as text by its key: blanks around it do not count, and an empty text is
nothing. defaults stand in where it says nothing.';
