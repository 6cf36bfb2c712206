create or replace function utl_private.read_transactions(incoming utl_private.incoming_fact[])
returns utl_private.checked_transaction[]
language plpgsql
as $read_transactions$
declare
    _checked utl_private.checked_transaction[];
begin
    with kinds as (
        select k.kind, utl_private.transaction_arguments(k.kind) as arguments
        from (select distinct u.content ->> 'kind' as kind from unnest(incoming) as u) as k
    ),

    rows as materialized (
        select u as given, u.place, utl_private.transaction_problem(u, k.arguments) as problem
        from unnest(incoming) as u
        left join kinds as k on u.content ->> 'kind' = k.kind
    ),

    named as materialized (
        select
            r.*, n.unknown,
            case
                when r.problem is null and n.unknown is null
                    and not utl_private.is_event((r.given).content)
                    then utl_private.as_transaction((r.given).content, n)
            end as transaction
        from rows as r
        inner join utl_private.name_facts(incoming) as n on r.place = n.place
    ),

    -- Materialized, or the planner would judge wherever the flaw is used below.
    judged as materialized (
        select n.*, utl_private.transaction_flaw(n.transaction) as flaw
        from named as n
    ),

    reasons as (
        select utl_private.unknown_reasons(array_agg(n.unknown)) as reasons from named as n
        where n.problem is null
    )

    select array_agg((
        j.place, (j.given).line,
        case
            when coalesce(j.problem, j.unknown, j.flaw) is null then 'booked' else 'rejected'
        end,
        null,
        case
            when (j.given).problem is not null then '22U04'
            when j.problem is not null then '22U03'
            when j.unknown is not null then '22U01'
            when j.flaw is not null then '22U08'
        end,
        coalesce(j.problem, reasons.reasons ->> j.unknown, j.flaw),
        (j.given).content, j.transaction
    )::utl_private.checked_transaction order by
        utl_private.read_time((j.given).content ->> 'occurred_at'), (j.transaction).sequence,
        j.place)
    into _checked
    from judged as j
    cross join reasons;
    return _checked;
end
$read_transactions$;

comment on function utl_private.read_transactions(utl_private.incoming_fact[]) is
'Reads rows as transactions, in order of their time. One that cannot be comes out as rejected: 22U04
it cannot be read, 22U03 a key is missing or impossible, 22U01 a name is unknown, 22U08 its kind
does not allow it. All others come out as booked.';
