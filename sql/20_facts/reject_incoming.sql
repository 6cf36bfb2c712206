create or replace function utl_private.reject_incoming(
    incoming utl_private.incoming_fill[], sqlstate text, reason text
)
returns utl_private.checked_fill[]
language plpgsql
as $reject_incoming$
declare
    _checked utl_private.checked_fill[];
begin
    _checked[1].place := incoming[1].place;
    _checked[1].line := incoming[1].line;
    _checked[1].outcome := 'rejected';
    _checked[1].sqlstate := sqlstate;
    _checked[1].reason := reason;
    perform utl_private.keep_rejected(incoming, _checked);
    return _checked;
end
$reject_incoming$;

comment on function utl_private.reject_incoming(utl_private.incoming_fill[], text, text) is
'Rejects a single row that booking refused, with its error.';
