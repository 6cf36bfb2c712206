create or replace function utl_private.judge_statements(
    checked utl_private.checked_fact[], lines utl.venue_statements[], new_ids bigint[]
)
returns utl_private.checked_fact[]
language sql
as $judge_statements$
    with found as (
        select
            c.place, c.line, c.sqlstate, c.reason, c.outcome, s.statement_line_id as fact_id,
            s.quantity = l.quantity as is_same,
            s.statement_line_id = any(new_ids) and row_number() over (
                partition by s.statement_line_id order by c.place
            ) = 1 as is_new
        from unnest(checked) as c
        left join unnest(lines) as l on c.place = l.statement_line_id
        left join utl.venue_statements as s
            on
                l.account_id = s.account_id and l.as_of = s.as_of and l.source = s.source
                and l.asset_id is not distinct from s.asset_id
                and l.instrument_id is not distinct from s.instrument_id
    )

    select array_agg((
        f.place, f.line,
        case
            when f.fact_id is null or (f.is_new and f.is_same) then f.outcome
            when f.is_same then 'duplicate' else 'conflict'
        end,
        f.fact_id,
        case when f.is_same is false then '23U03' else f.sqlstate end,
        case when f.is_same is false then 'the statement says otherwise' else f.reason end
    )::utl_private.checked_fact order by f.place)
    from found as f
$judge_statements$;

comment on function utl_private.judge_statements(
    utl_private.checked_fact[], utl.venue_statements[], bigint[]
) is
'What became of lines of statements, after the new ones were recorded: booked; duplicate or
conflict, if one of the same account, time, source and asset or instrument was there.';
