create or replace function utl_private.retry_rejected_facts(kind text, source text)
returns table (
    rejected_fill_id bigint, outcome text, fact_id bigint, sqlstate text, reason text
)
language plpgsql
as $retry_rejected_facts$
declare
    _incoming utl_private.incoming_fact[] := array(
        select (k.rejected_fill_id, k.source, k.line, k.part, k.raw, null, k.content)
            ::utl_private.incoming_fact
        from utl_private.rejected_fills as k
        where
            k.resolved_at is null and k.content is not null
            and k.fact = retry_rejected_facts.kind
            and (retry_rejected_facts.source is null or k.source = retry_rejected_facts.source)
        order by k.rejected_fill_id
        for update
    );
begin
    return query
    select
        c.place, c.outcome, case when c.outcome <> 'rejected' then c.fact_id end,
        c.sqlstate, c.reason
    from unnest(
        case retry_rejected_facts.kind
            when 'transaction' then utl_private.take_transactions(_incoming)
            else utl_private.take_statements(_incoming)
        end
    ) as c
    order by c.place;
end
$retry_rejected_facts$;

comment on function utl_private.retry_rejected_facts(text, text) is
'Sends rejected transactions, or lines of statements, through again; all in one go, so that those
that depend on each other are booked in order of their times.';
