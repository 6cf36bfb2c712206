create or replace function utl_private.record_incoming(incoming utl_private.incoming_fill[])
returns utl_private.checked_fill[]
language plpgsql
as $record_incoming$
declare
    _half integer := cardinality(incoming) / 2;
    _carefully boolean := false;
    _constraint text;
    _checked utl_private.checked_fill[];
    _attempts_left integer := 10;
begin
    loop
        begin
            _checked := utl_private.book_incoming(incoming, _carefully);
            exit;
        exception
            when data_exception or integrity_constraint_violation or program_limit_exceeded
                or sqlstate '55U06'
            then
                get stacked diagnostics _constraint = constraint_name;
                if _constraint = 'fills_are_recorded_once' then
                    -- Another session has just recorded one of them: look again.
                    _attempts_left := _attempts_left - 1;
                    if _attempts_left = 0 then
                        raise;
                    end if;
                elsif not _carefully then
                    _carefully := true;
                elsif _half = 0 then
                    _checked := utl_private.reject_incoming(incoming, sqlstate, sqlerrm);
                    exit;
                else
                    _checked := utl_private.record_incoming(incoming[:_half])
                        || utl_private.record_incoming(incoming[_half + 1:]);
                    exit;
                end if;
        end;
    end loop;
    return _checked;
end
$record_incoming$;

comment on function utl_private.record_incoming(utl_private.incoming_fill[]) is
'Books rows together. If anything goes wrong they are read again, carefully, which takes longer.
Should booking itself refuse one that looked good, such as a number that overflows, the halves are
booked apart, and theirs again, until that row alone is rejected.';
