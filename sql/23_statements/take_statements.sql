create or replace function utl_private.take_statements(incoming utl_private.incoming_fact[])
returns utl_private.checked_fact[]
language plpgsql
as $take_statements$
declare
    _checked utl_private.checked_fact[] := utl_private.check_statements(incoming);
    _lines utl.venue_statements[];
    _new bigint[];
begin
    _lines := array(
        select l
        from utl_private.read_statements(array(
            select u from unnest(incoming) as u
            inner join unnest(_checked) as c on u.place = c.place
            where c.outcome = 'booked'
        )) as l
    );
    with recorded as (
        insert into utl.venue_statements (
            as_of, account_id, asset_id, instrument_id, quantity, source
        )
        select l.as_of, l.account_id, l.asset_id, l.instrument_id, l.quantity, l.source
        from unnest(_lines) as l
        order by l.statement_line_id
        on conflict on constraint venue_statements_say_a_quantity_once do nothing
        returning statement_line_id
    )

    select array_agg(r.statement_line_id) into _new from recorded as r;
    _checked := utl_private.judge_statements(_checked, _lines, _new);
    perform utl_private.keep_rejected_facts('statement', incoming, _checked);
    return _checked;
end
$take_statements$;

comment on function utl_private.take_statements(utl_private.incoming_fact[]) is
'Records rows as lines of venues'' statements, in one statement of SQL, and keeps the rejected
ones.';
