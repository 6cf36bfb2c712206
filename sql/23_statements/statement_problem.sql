create or replace function utl_private.statement_problem(incoming utl_private.incoming_fact)
returns text
language sql
stable
as $statement_problem$
    select case
        when incoming.problem is not null then incoming.problem
        when coalesce(incoming.content ->> 'kind', 'statement') <> 'statement'
            then 'not a line of a statement but ' || (incoming.content ->> 'kind')
        when s.unknown <> '{}' then (
            select 'unknown keys: ' || string_agg(quote_literal(k.key), ', ' order by k.key)
            from jsonb_object_keys(s.unknown) as k (key)
        )
        when not incoming.content ? 'account' then 'account is missing'
        when (incoming.content ? 'asset') = (incoming.content ? 'instrument')
            then 'it is of either an asset or an instrument'
        when not incoming.content ? 'quantity' then 'quantity is missing'
        when not utl_private.is_decimal(incoming.content ->> 'quantity')
            then 'quantity is not a finite number: '
                || utl_private.quote_shortly(incoming.content ->> 'quantity')
        when not incoming.content ? 'as_of' then 'as_of is missing'
        when utl_private.read_time(incoming.content ->> 'as_of') is null
            then 'as_of is not an ISO 8601 time with a zone: '
                || utl_private.quote_shortly(incoming.content ->> 'as_of')
    end
    from (
        select incoming.content
            - array['kind', 'account', 'asset', 'instrument', 'quantity', 'as_of'] as unknown
    ) as s
$statement_problem$;

comment on function utl_private.statement_problem(utl_private.incoming_fact) is
'Why a row cannot be a line of a venue''s statement, as far as the row itself tells; null if it
can.';
