create or replace function utl_private.read_statements(incoming utl_private.incoming_fact[])
returns setof utl.venue_statements
language sql
as $read_statements$
    select
        u.place, utl_private.read_time(u.content ->> 'as_of'), null::timestamptz, n.account_id,
        n.asset_id, n.instrument_id, (u.content ->> 'quantity')::numeric, u.source
    from unnest(incoming) as u
    inner join utl_private.name_facts(incoming) as n on u.place = n.place
$read_statements$;

comment on function utl_private.read_statements(utl_private.incoming_fact[]) is
'Rows that can be lines of statements, as such; statement_line_id is the place of each.';
