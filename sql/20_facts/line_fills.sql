create or replace function utl_private.line_fills(
    lines text,
    columns text[],
    book text,
    account text,
    source text,
    first_line bigint,
    zone text
)
returns utl_private.incoming_fill[]
language plpgsql
as $line_fills$
declare
    _at integer[] := array(
        select array_position(columns, c.name)
        from unnest(utl_private.fill_columns()) with ordinality as c (name, place)
        order by c.place
    );
    _width integer := cardinality(columns);
begin
    return array(
        select (
            source,
            l.place - 1 + first_line,
            l.line,
            case when l.width <> _width
                then format('%s values in a line of %s columns', l.width, _width)
            end,
            coalesce(nullif(btrim(l.v[_at[1]]), ''), book),
            coalesce(nullif(btrim(l.v[_at[2]]), ''), account),
            nullif(btrim(l.v[_at[3]]), ''),
            nullif(btrim(l.v[_at[4]]), ''),
            nullif(btrim(l.v[_at[5]]), ''),
            nullif(btrim(l.v[_at[6]]), ''),
            nullif(btrim(l.v[_at[7]]), ''),
            case
                when zone is not null and l.v[_at[8]] ~ '^\s*\d{4,6}-\S+[T ][\d:.]+\s*$'
                    then btrim(l.v[_at[8]]) || zone
                else nullif(btrim(l.v[_at[8]]), '')
            end,
            nullif(btrim(l.v[_at[9]]), ''),
            nullif(btrim(l.v[_at[10]]), ''),
            nullif(btrim(l.v[_at[11]]), ''),
            nullif(btrim(l.v[_at[12]]), ''),
            nullif(btrim(l.v[_at[13]]), '')
        )::utl_private.incoming_fill
        from (
            select s.line, s.place, string_to_array(s.line, ',') as v,
                cardinality(string_to_array(s.line, ',')) as width
            from string_to_table(lines, E'\n') with ordinality as s (line, place)
            where s.line <> ''
            offset 0
        ) as l
        order by l.place
    );
end
$line_fills$;

comment on function utl_private.line_fills(text, text[], text, text, text, bigint, text) is
'The rows of plain CSV lines. Blanks around a value do not count, and an empty value is none.';
