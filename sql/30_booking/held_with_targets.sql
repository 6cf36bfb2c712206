create or replace function utl_private.held_with_targets(
    positions bigint[], deferred bigint[], touched utl_private.touched[]
)
returns utl_private.position_terms[]
language plpgsql
as $held_with_targets$
declare
    _wanted bigint[] := utl_private.with_targets(positions, touched);
    _found bigint[];
    _held utl_private.position_terms[];
begin
    loop
        begin
            _held := utl_private.held_positions(_wanted, deferred);
            _found := utl_private.with_targets(positions, touched);
            exit when coalesce(_found <@ _wanted, true);
            raise exception 'lots have moved on while their positions were waited for'
            using
                errcode = '55U10',
                detail = format('Now to be locked, too: %s.', _found),
                hint = 'Nobody sees this: it gives the locks back.';
        exception when sqlstate '55U10' then    -- the locks are given back, to take all in order
            _wanted := _wanted || _found;
        end;
    end loop;
    return _held;
end
$held_with_targets$;

comment on function utl_private.held_with_targets(bigint[], bigint[], utl_private.touched[]) is
'Locks positions as held_positions does, together with those to which lots move from them. Another
session may move lots while a lock is waited for: then what was locked is let go, and the greater
number is locked in the order of ids. Who holds them all holds what lots can move from.';
