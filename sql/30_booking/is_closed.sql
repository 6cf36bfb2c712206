create or replace function utl_private.is_closed(
    held utl_private.position_terms[], touched utl_private.touched[]
)
returns boolean
language plpgsql
immutable
as $is_closed$
declare
    _position utl_private.position_terms;
    _closed_up_to timestamptz;
    _fills utl_private.touched;
begin
    foreach _position in array held loop
        _closed_up_to := greatest(_closed_up_to, _position.closed_up_to);
    end loop;
    foreach _fills in array touched loop
        if _fills.first_at < _closed_up_to then
            return true;
        end if;
    end loop;
    return false;
end
$is_closed$;

comment on function utl_private.is_closed(
    utl_private.position_terms[], utl_private.touched[]
) is
'Whether a fill may be of a closed period: one is older than the last end of a closed period of any
book among the positions held.';
