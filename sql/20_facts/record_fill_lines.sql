create or replace function utl.record_fill_lines(
    lines text,
    columns text[],
    book text default null,
    account text default null,
    source text default null,
    first_line bigint default 1,
    timezone text default null,
    create_unknown boolean default false,
    venue text default null
)
returns table (line bigint, outcome text, fill_id bigint, sqlstate text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_fill_lines$
declare
    _incoming utl_private.incoming_fill[] := utl_private.line_fills(
        lines, columns, book, account, coalesce(source, ''), first_line, timezone
    );
begin
    if create_unknown then
        perform utl_private.create_unknown(_incoming, venue);
    end if;
    return query
    select
        c.line, c.outcome, case when c.outcome <> 'rejected' then c.fill_id end,
        c.sqlstate, c.reason
    from unnest(utl_private.record_incoming(_incoming)) as c
    order by c.place;
end
$record_fill_lines$;

comment on function utl.record_fill_lines(
    text, text[], text, text, text, bigint, text, boolean, text
) is
'As utl.record_fills, for plain lines of a CSV file: values between commas, with blanks and quotes
around them at most, and no commas, quotes or line breaks in them. columns names the values of a
line, as the file''s header does; book and account stand in where the lines have none; first_line is
the number of the first of them; timezone is that of times that have none. Empty lines are passed
over. A last column line is the number of each line in its file, where they do not follow each
other. Where a line was made from a row of another file, the last columns line and raw say where
that stands and what it says, with U+001F for commas and U+001E for line breaks.';
