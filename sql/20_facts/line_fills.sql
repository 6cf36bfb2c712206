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
    _line integer := array_position(columns, 'line');
    _raw integer := array_position(columns, 'raw');
    _width integer := cardinality(columns);
begin
    return array(
        select (
            s.place,
            source,
            case
                when s.v[_line] ~ '^[0-9]{1,18}$' then s.v[_line]::bigint
                else s.place - 1 + first_line
            end,
            case
                when _raw is not null
                    then replace(replace(s.v[_raw], E'\x1f', ','), E'\x1e', E'\n')
                when _line is not null then left(s.line, -1 - length(s.v[_line]))
                else s.line
            end,
            case when cardinality(s.v) <> _width
                then format('%s values in a line of %s columns', cardinality(s.v), _width)
            end,
            coalesce(nullif(btrim(s.v[_at[1]], ' "'), ''), book),
            coalesce(nullif(btrim(s.v[_at[2]], ' "'), ''), account),
            nullif(btrim(s.v[_at[3]], ' "'), ''),
            nullif(btrim(s.v[_at[4]], ' "'), ''),
            nullif(btrim(s.v[_at[5]], ' "'), ''),
            nullif(btrim(s.v[_at[6]], ' "'), ''),
            nullif(btrim(s.v[_at[7]], ' "'), ''),
            utl_private.with_zone(nullif(btrim(s.v[_at[8]], ' "'), ''), zone),
            nullif(btrim(s.v[_at[9]], ' "'), ''),
            nullif(btrim(s.v[_at[10]], ' "'), ''),
            nullif(btrim(s.v[_at[11]], ' "'), ''),
            nullif(btrim(s.v[_at[12]], ' "'), ''),
            nullif(btrim(s.v[_at[13]], ' "'), '')
        )::utl_private.incoming_fill
        from (
            select l.line, l.place, string_to_array(l.line, ',') as v
            from string_to_table(lines, E'\n') with ordinality as l (line, place)
            where btrim(l.line) <> ''
            offset 0                    -- else each use of v would split the line again
        ) as s
    );
end
$line_fills$;

comment on function utl_private.line_fills(text, text[], text, text, text, bigint, text) is
'The rows of plain CSV lines. Blanks and quotes around a value do not count, and an empty value
is none. With the last column line, a line says its own number behind its values. With line and raw,
it stands for a row of another file: its line there, and its text, with unit separators (U+001F) for
its commas and record separators (U+001E) for its breaks.';
