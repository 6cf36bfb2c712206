create or replace function utl.record_venue_statement(
    lines jsonb,
    source text default null,
    account text default null,
    timezone text default null,
    create_unknown boolean default false,
    venue text default null
)
returns table (line bigint, outcome text, statement_line_id bigint, sqlstate text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_venue_statement$
declare
    _incoming utl_private.incoming_fact[] := utl_private.json_facts(
        lines, coalesce(source, ''), jsonb_strip_nulls(jsonb_build_object('account', account)),
        timezone
    );
begin
    if create_unknown then
        perform utl_private.create_unknown_names(
            array(
                select u from unnest(_incoming) as u where utl_private.statement_problem(u) is null
            ), venue
        );
    end if;
    return query
    select
        c.line, c.outcome, case when c.outcome <> 'rejected' then c.fact_id end,
        c.sqlstate, c.reason
    from unnest(utl_private.take_statements(_incoming)) as c
    order by c.place;
end
$record_venue_statement$;

comment on function utl.record_venue_statement(
    jsonb, text, text, text, boolean, text
) is
'Records what venues say that accounts hold, from a JSON array of lines, and returns one row for
each: booked; duplicate, if it is there already; conflict, if it is there with another quantity;
rejected, with SQLSTATE and reason. The last two are kept in utl.rejected_fills. Keys: account,
asset or instrument, quantity (negative: owed, or short), as_of (ISO 8601 with zone, or Unix
milliseconds); optional line and raw. Lines of one source, account, time and asset or instrument
are one. The arguments are those of utl.record_transactions. 22U04 if lines is not an array.';
