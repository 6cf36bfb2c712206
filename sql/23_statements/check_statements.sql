-- A venue's statement is what the venue says that an account held at a time. It changes no position
-- and no holding: it is there to compare them with.
create or replace function utl_private.check_statements(incoming utl_private.incoming_fact[])
returns utl_private.checked_fact[]
language sql
stable
as $check_statements$
    with rows as (
        select u.place, u.line, u.problem, utl_private.statement_problem(u) as flaw, n.unknown
        from unnest(incoming) as u
        inner join utl_private.name_facts(incoming) as n on u.place = n.place
    ),

    reasons as (
        select utl_private.unknown_reasons(array_agg(r.unknown)) as reasons
        from rows as r where r.flaw is null
    )

    select array_agg((
        r.place, r.line,
        case when coalesce(r.flaw, r.unknown) is null then 'booked' else 'rejected' end,
        null,
        case
            when r.problem is not null then '22U04'
            when r.flaw is not null then '22U03'
            when r.unknown is not null then '22U01'
        end,
        coalesce(r.flaw, x.reasons ->> r.unknown)
    )::utl_private.checked_fact order by r.place)
    from rows as r
    cross join reasons as x
$check_statements$;

comment on function utl_private.check_statements(utl_private.incoming_fact[]) is
'Which rows can be lines of venues'' statements: booked, or rejected with the reason.';
