create or replace function utl_private.reject_incoming(
    incoming utl_private.incoming_fill[], sqlstate text, reason text
)
returns utl_private.fill_outcome[]
language plpgsql
as $reject_incoming$
declare
    _outcomes utl_private.fill_outcome[];
begin
    select array_agg(
        (u.place, u.line, 'rejected', null, sqlstate, reason)::utl_private.fill_outcome
        order by u.place
    )
    into _outcomes
    from (select i.line, row_number() over () as place from unnest(incoming) as i) as u;
    perform utl_private.keep_rejected(incoming, _outcomes);
    return _outcomes;
end
$reject_incoming$;

comment on function utl_private.reject_incoming(utl_private.incoming_fill[], text, text) is
'Rejects rows that booking refused, with its error.';
